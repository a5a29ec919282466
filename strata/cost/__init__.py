"""What an environment costs a month: its resources, the use that is assumed, and AWS's prices.

Data goes one way: a composed stack or a plan -> items -> charges by the rule of their type ->
priced lines. Nothing here reads a drawing. A charge without a price is named, never counted as 0.
"""

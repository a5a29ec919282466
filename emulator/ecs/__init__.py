"""ECS at work: instances join, tasks start and stop, targets get healthy, deployments roll.

A state machine that a clock moves: `advance.py` says what is next, and the modules beside it what
happens then. None of them knows moto; `edge.py` reads what a client asked for from moto's state and
writes what became of it there.
"""

"""The words that say what containers do."""

from emulator.ecs import behaviour as module
from emulator.ecs.behaviour import Behaviour, BehaviourError, behaviour
from strata.local.ecs import FORMS
from tests.raised import raised

BEHAVIOURS = [
    ("good", Behaviour()),
    ("exit:3", Behaviour(exit_code=3)),
    ("exit:0:20", Behaviour(exit_code=0, exit_after=20)),
    ("command:3", Behaviour(command_code=3)),
    ("command:0:60", Behaviour(command_after=60)),
    ("oom", Behaviour(exit_code=137, oom=True)),
    ("oom:20", Behaviour(exit_code=137, exit_after=20, oom=True)),
    ("unhealthy", Behaviour(answers=False)),
    ("sick", Behaviour(well=False)),
    ("slow:90", Behaviour(slow=90)),
]


def test_words_name_a_behaviour() -> None:
    for words, found in BEHAVIOURS:
        assert behaviour(words) == found, words


NO_BEHAVIOURS = (
    "", "bad", "exit", "exit:x", "exit:", "exit:1:2:3", "exit:-1", "exit:300", "exit:nan",
    "command", "command:x", "command:256", "command:0:1:2",
    "oom:1:2", "slow", "slow:-1", "slow:inf", "good:1", "sick:1",
)  # fmt: skip


def test_other_words_are_refused_with_those_that_are_right() -> None:
    for words in NO_BEHAVIOURS:
        assert "good, command:CODE" in str(raised(BehaviourError, behaviour, words)), words


def test_the_command_names_the_same_words() -> None:
    assert module.FORMS == FORMS

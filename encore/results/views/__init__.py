"""How learners get on: pages of the learners themselves and of those who coach them."""

from encore.results.views.item import item_progress
from encore.results.views.learner import learner
from encore.results.views.learners import learners
from encore.results.views.message import learners_message
from encore.results.views.my_results import my_result, my_results
from encore.results.views.progress import heat_map
from encore.results.views.side_by_side import session_progress
from encore.results.views.to_mark import to_mark

__all__ = [
    "heat_map",
    "item_progress",
    "learner",
    "learners",
    "learners_message",
    "my_result",
    "my_results",
    "session_progress",
    "to_mark",
]

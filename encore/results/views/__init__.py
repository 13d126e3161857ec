"""How learners get on: pages of the learners themselves and of those who coach them."""

from encore.results.views.learners import learners

__all__ = ["learners"]

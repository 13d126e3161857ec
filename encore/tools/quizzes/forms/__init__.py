"""The forms that write questions, their categories and tests. Each type of question has its own, with rows of parts."""

"""Accuracy, speed and memory of this cleaner and of its peers, on public data sets that the user gives by path."""

"""How fast it is: databases of a given size, full of made-up work, and the flows that are measured on them."""

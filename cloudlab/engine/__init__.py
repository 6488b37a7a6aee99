"""What happens: decide, evolve and fire per noun; rules answer questions; Simulation ties them."""

"""The jobs pane: trainings, modelled and measured."""

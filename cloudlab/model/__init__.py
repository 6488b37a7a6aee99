"""What a cloud is: frozen data with no verbs. Imports nothing else of ours."""

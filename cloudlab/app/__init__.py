"""The Textual face: screens and panes that are told what the team knows, and send up what the player asks for."""

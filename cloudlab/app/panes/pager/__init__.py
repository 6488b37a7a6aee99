"""The pager pane and the page at length."""

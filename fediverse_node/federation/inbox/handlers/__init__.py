"""One module per verb, each with `resolve` and `apply`; `verbs` lists them."""

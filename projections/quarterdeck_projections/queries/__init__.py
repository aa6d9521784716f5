"""Questions to the read models: one module per noun, each with its row and async functions over `Database`.

Nothing here checks who asks, except where a function takes `visible_to`: the user whose projects are meant
(None: everybody's).
"""

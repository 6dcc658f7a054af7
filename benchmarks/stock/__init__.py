"""Stock Rasa with our domain, training data and actions: what ours is measured against.

The pipeline and policies are those that ``rasa init`` falls back to, the trackers are in SQL, the
action server is separate, and Telegram comes by Rasa's own channel and webhook.
"""

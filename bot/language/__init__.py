"""Reading English with a small pretrained encoder: knows nothing of patients, maps or Rasa."""

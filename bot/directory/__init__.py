"""Community resources in the terms of Open Referral: import, places, search."""

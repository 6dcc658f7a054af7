"""The personal network: members, ties, circles; measures; types; picture; exports."""

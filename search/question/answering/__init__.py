"""From a plan to figures, quotations or a refusal."""

"""A question becomes a typed plan, and the plan an answer with its proof.

understanding   words, cues, years and names -> the one part that each word plays -> a Plan
answering       a Plan -> search and SPARQL -> an Answer: figures, quotations, or the reason why there is none
generating      an optional generator that phrases findings, and what its sentences are held to
"""

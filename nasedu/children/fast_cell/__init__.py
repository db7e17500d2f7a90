"""The fast recurrent cell: what `PlainCell` says, in fewer and larger calls.

`nasedu.children.recurrent_cell` says what a cell computes, and comes first for a reader. Here
the same numbers are made faster: a plan of how nodes lie in memory, a forward pass of few calls
that keeps what the way back needs, and a backward pass by hand.
"""

"""Everything a remote actor does to us, by one way in.

`receive` takes a delivery from a door: `authenticate` proves who signed it and that they may say this
at all, and the verb's handler applies it in one transaction with its receipt, so that the answer 2xx
means that it is done and durable. What needs the network first becomes a job, and `process` does it.

A handler is two functions. `resolve` has the network and no transaction; `apply` has the transaction
and no network, reads anew whatever it relies on, and says `Missing` when something has to be fetched.
"""

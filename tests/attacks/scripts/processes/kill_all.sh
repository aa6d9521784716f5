# name: Kill everything in sight
# tries: kill -9 -1: the agent and the jail's first process are of the same user
# expect: bounded
# jail: own
# ends: the jail
# control: none: outside it would end the tests
kill -9 -1
held "still here"

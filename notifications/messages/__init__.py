"""What is for people: what waits for each channel, when it is sent, in which words and in which vendor's form.

::

    outbox      what waits, and what became of it       digests     when a channel sends, and what; what follows a try
    texts       what is said                            templates/  the frame around it, zh and en, read by frames
    vendors/    the form of each robot                  mail        the form of a mail, and how it is sent
    sending     one try, through whatever a channel is  dispatcher  from what waits to what became of it; runner
"""

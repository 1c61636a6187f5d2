"""Every file as people have it: one way to read tables, for every command and operation.

Right, or refused with the place: a value is what the file says, or it is named as what nothing could be made of. Read
on in this order::

    options     what a person may say about a file            missing  tidying   words for "not known"
    reading     a file opened, surveyed, read in batches       numbers  dates  words   texts as values
    report      the account of what was read                   forms       how a column is written
    rejected    rows in error, written beside the file         names       columns by name
    text        CSV and its kin                                encodings  dialect  records   what such a file is
    parquet     typed columns
    workbook    spreadsheets
    cli         the options of commands, and `fairlead inspect`

Imports nothing of ours but ``failures``.
"""

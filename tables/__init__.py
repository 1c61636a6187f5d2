"""Every file as people have it: one way to read tables, for every command and operation.

Right, or refused with the place: a value is what the file says, or it is named as what nothing could be made of. Read
on in this order::

    options     what a person may say about a file
    reading     a file opened, surveyed, read in batches
    reporting   what becomes of columns and rows meanwhile      report  rejected   the account, and rows in error
    strays      rows that are none                              footers  others   what stands below a table
    text        CSV and its kin                                 files  pieces  records  dialect  delimiters
    encodings   which one a text has                            readings  scripts   what it may be, and how such looks
    parquet     typed columns
    workbook    spreadsheets                                    formulas  those without a value
    plans       which columns are read                          names     columns by name
    forms       how a column is written                         numbers  dates  words  cells   texts as values
    tidying     blanks, and words for "not known"               repeats   ids that come again
    cli         the options of commands, and `fairlead inspect`

Imports nothing of ours but ``failures`` and ``missing_words``.
"""

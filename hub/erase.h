/* Erasing a record (CHANGE_ERASE of the door in): what it said is gone for good, that there was one and why it is gone stays. Erasing fields of one that lives on is
 * hub/change_strike.c; what is left to do afterwards is the same.
 *
 * In the transaction: bodies, comments, files' rows, names, the form in which it came, public projection, facets and search text go; the record's row, its commitments and
 * one event with the reason stay. Afterwards, since no transaction can: its key is destroyed, its files deleted, the search index written anew without its words, and
 * the database's log emptied. What is still to be done stands in the table `erasing`, so whatever stops it, it is begun again. */
#pragma once
#include "hub/hub.h"

/* What is still to be done of all erasures. Waits for the disk, on a large hub for seconds. ERR_BUSY: somebody else's reading kept the log from being emptied: the next
 * time does it. */
enum err_code erase_finish(struct hub *h, struct err *e) must_use;

/* A case's room, its messages and acts as JSON: one form for the API and for the command line's --json. */
#pragma once
#include "hub/message.h"
#include "hub/room.h"
#include "lib/json/json.h"

/* {embargo, facts, participants, statuses, unanswered, tasks, messages, unread, asked_in} */
void room_json(struct json_writer *w, const struct room *room);
/* {id, thread, at, author, author_name, text, audiences, to, unread, own} */
void message_json(struct json_writer *w, const struct message *m);
/* {act, title, help, kinds, who, args} */
void act_json(struct json_writer *w, struct arena *a, const struct act *act);

"""The schema of a study's file: its tables, and what becomes of files of an older one.

Schema 1 knew one learner. Its files are read through views that lend them the newer columns, so
that nothing is written where nothing may be; whoever goes on with one brings it up to date first.
"""

from __future__ import annotations

import sqlite3

SCHEMA = 2
READS = (1, SCHEMA)
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE trials (number INTEGER PRIMARY KEY, batch INTEGER NOT NULL, tokens TEXT NOT NULL,
                     seed INTEGER NOT NULL, outcome TEXT, learner INTEGER NOT NULL DEFAULT 0,
                     policy INTEGER NOT NULL DEFAULT 0);
CREATE INDEX by_batch ON trials (learner, batch);
CREATE TABLE updates (learner INTEGER NOT NULL, number INTEGER NOT NULL, stats TEXT NOT NULL,
                      PRIMARY KEY (learner, number));
CREATE TABLE state (learner INTEGER PRIMARY KEY, plain TEXT NOT NULL, tensors BLOB NOT NULL,
                    generator BLOB NOT NULL);
CREATE TABLE starts (number INTEGER PRIMARY KEY, versions TEXT NOT NULL);
"""
LENT = """
CREATE TEMP VIEW trials AS SELECT *, 0 AS learner, batch - 1 AS policy FROM main.trials;
CREATE TEMP VIEW updates AS SELECT number AS rowid, 0 AS learner, number, stats
                            FROM main.updates;
CREATE TEMP VIEW state AS SELECT 0 AS learner, plain, tensors, generator FROM main.state;
CREATE TEMP VIEW starts AS SELECT 1 AS number, value AS versions FROM main.meta
                           WHERE key = 'versions';
"""
TAKEN_BACK = "".join(
    f"DROP VIEW temp.{name}; " for name in ("trials", "updates", "state", "starts")
)
FROM_1_TO_2 = """
ALTER TABLE trials ADD COLUMN learner INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trials ADD COLUMN policy INTEGER NOT NULL DEFAULT 0;
UPDATE trials SET policy = batch - 1;
DROP INDEX by_batch;
CREATE INDEX by_batch ON trials (learner, batch);
ALTER TABLE updates RENAME TO old_updates;
CREATE TABLE updates (learner INTEGER NOT NULL, number INTEGER NOT NULL, stats TEXT NOT NULL,
                      PRIMARY KEY (learner, number));
INSERT INTO updates SELECT 0, number, stats FROM old_updates;
DROP TABLE old_updates;
ALTER TABLE state RENAME TO old_state;
CREATE TABLE state (learner INTEGER PRIMARY KEY, plain TEXT NOT NULL, tensors BLOB NOT NULL,
                    generator BLOB NOT NULL);
INSERT INTO state SELECT 0, plain, tensors, generator FROM old_state;
DROP TABLE old_state;
CREATE TABLE starts (number INTEGER PRIMARY KEY, versions TEXT NOT NULL);
INSERT INTO starts SELECT 1, value FROM meta WHERE key = 'versions';
DELETE FROM meta WHERE key = 'versions';
"""


def create(db: sqlite3.Connection, application: int) -> None:
    """Make the tables of an empty file."""
    db.executescript(
        f"PRAGMA application_id = {application}; PRAGMA user_version = {SCHEMA};"
        f"BEGIN; {TABLES} COMMIT;"
    )


def schema_of(db: sqlite3.Connection) -> int:
    """Return the schema that a file says to have."""
    return db.execute("PRAGMA user_version").fetchone()[0]


def lend(db: sqlite3.Connection) -> None:
    """Let a file of schema 1 be read as if it were of today's; nothing is written."""
    only = db.execute("PRAGMA query_only").fetchone()[0]
    db.execute("PRAGMA query_only = OFF")  # which would refuse even a view in memory
    db.executescript(LENT)
    db.execute(f"PRAGMA query_only = {only}")


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Turn a file of schema 1 that was lent the newer columns into one of today's, or leave it."""
    if schema_of(db) == SCHEMA:
        return
    steps = f"{TAKEN_BACK} {FROM_1_TO_2} PRAGMA user_version = {SCHEMA};"
    try:
        db.executescript(f"BEGIN IMMEDIATE; {steps} COMMIT;")
    finally:
        if db.in_transaction:  # nothing of it, if it was cut short
            db.rollback()

"""Updates and deletions on collections (contract data-api.md, section 6)."""

from __future__ import annotations

from typing import Final

from tests.fidelity.cases import NEXT_PAGE, Entity, Step, case, refused
from tests.fidelity.collection_insert_cases import NOTES, PLAIN, insert, inserted, stored, update
from tests.fidelity.matching import ABSENT, ANY, Exactly, Length

CHANGED: Final = {"matchedCount": 1, "modifiedCount": 1}
UNCHANGED: Final = {"matchedCount": 1, "modifiedCount": 0}
UNMATCHED: Final = {"matchedCount": 0, "modifiedCount": 0}


CHANGES = [
    case(
        "updateOne: changed, the same again, and nobody",
        PLAIN,
        insert({"_id": "c1", "n": 1}),
        inserted("c1"),
        Step(update("c1", {"$set": {"n": 5}}), {"status": CHANGED}),
        Step(update("c1", {"$set": {"n": 5}}), {"status": UNCHANGED}),
        Step(update("nobody", {"$set": {"n": 5}}), {"status": UNMATCHED}),
    ),
    case(
        "updateOne: upsert",
        PLAIN,
        update("c2", {"$set": {"n": 1}, "$setOnInsert": {"first": True}}, upsert=True),
        {"status": {**UNMATCHED, "upsertedId": "c2"}},
        stored(Exactly({"_id": "c2", "first": True, "n": 1}), "c2"),
    ),
    case(
        "updateOne: the first of a sort",
        PLAIN,
        insert({"_id": "c3", "n": 1}),
        inserted("c3"),
        Step(
            {
                "updateOne": {
                    "filter": {"_id": "c3"},
                    "sort": {"n": 1},
                    "update": {"$inc": {"n": 1}},
                }
            },
            {"status": CHANGED},
        ),
    ),
    *[
        case(
            f"updateOne: {name}",
            PLAIN,
            insert({"_id": name, "n": 4, "list": [1, 2]}),
            inserted(name),
            Step(update(name, {name: argument}), {"status": CHANGED}),
            stored(after, name),
        )
        for name, argument, after in [
            ("$set", {"a.b": 1}, {"a": {"b": 1}}),
            ("$unset", {"n": ""}, {"n": ABSENT}),
            ("$inc", {"n": 2}, {"n": 6}),
            ("$mul", {"n": 2}, {"n": 8}),
            ("$min", {"n": 2}, {"n": 2}),
            ("$max", {"n": 9}, {"n": 9}),
            ("$rename", {"n": "m"}, {"m": 4, "n": ABSENT}),
            ("$currentDate", {"now": True}, {"now": {"$date": ANY}}),
            ("$push", {"list": 3}, {"list": [1, 2, 3]}),
            ("$pop", {"list": 1}, {"list": [1]}),
            ("$addToSet", {"list": 3}, {"list": [1, 2, 3]}),
        ]
    ],
    case(
        "updateOne: $inc and $mul calculate with decimal numbers",
        PLAIN,
        insert({"_id": "tenths", "n": 0.1, "m": 1e308}),
        inserted("tenths"),
        Step(update("tenths", {"$inc": {"n": 0.2}, "$mul": {"m": 0.1}}), {"status": CHANGED}),
        stored({"n": 0.3, "m": 1e307}, "tenths"),
    ),
    case(
        "updateOne: text is embedded anew, and unset takes its vector along",
        NOTES,
        insert({"_id": "n1", "$vectorize": "A dog barks."}),
        inserted("n1"),
        Step(update("n1", {"$set": {"$vectorize": "Stocks fell."}}), {"status": CHANGED}),
        stored({"$vectorize": "Stocks fell.", "$vector": Length(384)}, "n1"),
        Step(update("n1", {"$unset": {"$vectorize": ""}}), {"status": CHANGED}),
        stored(Exactly({"_id": "n1"}), "n1"),
    ),
    case(
        "updateMany: those that match",
        PLAIN,
        insert({"_id": "m1", "group": "m"}, {"_id": "m2", "group": "m"}),
        inserted("m1", "m2"),
        Step(
            {"updateMany": {"filter": {"group": "m"}, "update": {"$set": {"seen": 1}}}},
            {"status": {"matchedCount": 2, "modifiedCount": 2}},
        ),
    ),
    case(
        "updateMany: upsert",
        PLAIN,
        {
            "updateMany": {
                "filter": {"_id": "m3"},
                "update": {"$set": {"a": 1}},
                "options": {"upsert": True},
            }
        },
        {"status": {**UNMATCHED, "upsertedId": "m3"}},
    ),
    case(
        "updateMany: a page state that cannot be decoded",
        PLAIN,
        {
            "updateMany": {
                "filter": {"_id": "m3"},
                "update": {"$set": {"a": 1}},
                "options": {"pageState": "no state"},
            }
        },
        refused("UNEXPECTED_SERVER_ERROR", family="SERVER"),
    ),
    case(
        "updateMany: 20 a call, and the rest by its state",
        PLAIN,
        insert(*[{"group": "many"} for _ in range(25)]),
        {"status": {"insertedIds": Length(25)}},
        Step(
            {"updateMany": {"filter": {"group": "many"}, "update": {"$set": {"seen": 1}}}},
            {"status": {"modifiedCount": 20, "moreData": True, "nextPageState": ANY}},
        ),
        Step(
            {
                "updateMany": {
                    "filter": {"group": "many"},
                    "update": {"$set": {"seen": 1}},
                    "options": {"pageState": NEXT_PAGE},
                }
            },
            {"status": {"modifiedCount": 5, "moreData": ABSENT}},
        ),
    ),
    case(
        "findOneAndUpdate: shown before or after, by a projection",
        PLAIN,
        insert({"_id": "a1", "n": 1, "x": 1}),
        inserted("a1"),
        *[
            Step(
                {
                    "findOneAndUpdate": {
                        "filter": {"_id": "a1"},
                        "sort": {"n": 1},
                        "update": {"$inc": {"n": 1}},
                        "projection": {"n": 1},
                        "options": {"returnDocument": moment, "upsert": False},
                    }
                },
                {"data": {"document": Exactly({"_id": "a1", "n": n})}, "status": CHANGED},
            )
            for moment, n in [("before", 1), ("after", 3)]
        ],
    ),
    case(
        "findOneAndReplace: the _id stays",
        PLAIN,
        insert({"_id": "a2", "n": 1}),
        inserted("a2"),
        Step(
            {
                "findOneAndReplace": {
                    "filter": {"_id": "a2"},
                    "sort": {"n": 1},
                    "replacement": {"fresh": True},
                    "projection": {"fresh": 1},
                    "options": {"returnDocument": "after", "upsert": True},
                }
            },
            {"data": {"document": Exactly({"_id": "a2", "fresh": True})}, "status": CHANGED},
        ),
    ),
    case(
        "findOneAndDelete: the document is shown once",
        PLAIN,
        insert({"_id": "a3", "n": 1}),
        inserted("a3"),
        *[
            Step(
                {
                    "findOneAndDelete": {
                        "filter": {"_id": "a3"},
                        "sort": {"n": 1},
                        "projection": {"n": 1},
                    }
                },
                {"data": {"document": found}, "status": {"deletedCount": count}},
            )
            for found, count in [({"_id": "a3", "n": 1}, 1), (None, 0)]
        ],
    ),
    case(
        "deleteOne: by filter and sort, counted",
        PLAIN,
        insert({"_id": "d1", "n": 1}),
        inserted("d1"),
        *[
            Step(
                {"deleteOne": {"filter": {"_id": "d1"}, "sort": {"n": 1}}},
                {"status": {"deletedCount": count}},
            )
            for count in (1, 0)
        ],
    ),
    case(
        "deleteMany: 20 a call",
        PLAIN,
        insert(*[{"group": "d"} for _ in range(25)]),
        {"status": {"insertedIds": Length(25)}},
        Step(
            {"deleteMany": {"filter": {"group": "d"}}},
            {"status": {"deletedCount": 20, "moreData": True}},
        ),
        Step({"deleteMany": {"filter": {"group": "d"}}}, {"status": Exactly({"deletedCount": 5})}),
    ),
]

EMPTIED: Final = Entity("fidelity_emptied", "collection", {"indexing": {"deny": ["*"]}})

EMPTYING = case(
    "deleteMany: without a filter everything goes, uncounted",
    EMPTIED,
    insert({"_id": 1}),
    inserted(1),
    Step({"deleteMany": {}}, {"status": {"deletedCount": -1}}),
    stored(None, 1),
)

CASES = [*CHANGES, EMPTYING]

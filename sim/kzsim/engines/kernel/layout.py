"""Where everything stands in the kernel's arrays: column numbers, one block of names a table.

All tables are int64, so that the compiler sees one signature. ``NONE`` is "no such index".
"""

from __future__ import annotations

from kzsim.draws.filled import AHEAD
from kzsim.network.model import WAIT_ACCOUNTS, Account
from kzsim.network.program import MOST_SPANS, ElementType

NONE = -1
NEVER = 2**62
SKIPPED = -1
PLACE_BITS = 6
PLACES_PER_ENTITY = 2**PLACE_BITS  # bits of a whole number
N_PHASES = 3
COHORT = 1  # the phase that is followed
N_CAUSES = len(WAIT_ACCOUNTS)
N_ACCOUNTS = len(Account)

# plain numbers, which the compiler folds into the code
SERVICE = int(ElementType.SERVICE)
DELAY = int(ElementType.DELAY)
GATE = int(ElementType.GATE)
ZONE = int(ElementType.ZONE)
DEPARTURE = int(ElementType.DEPARTURE)
PAIRING = int(ElementType.PAIRING)
CHOICE = int(ElementType.CHOICE)
CLOSED = int(Account.CLOSED)
QUOTA = int(Account.QUOTA)
TOKENS = int(Account.TOKENS)
BLOCKED = int(Account.BLOCKED)
QUEUE = int(Account.QUEUE)
NO_PARTNER_YET = int(Account.PAIRING)

# --- run: one row of single numbers
NOW = 0
HORIZON = 1
NEAR_SIZE = 2  # events in the near heap of `queue`
GOING_ON = 3  # head of the list of entities that go on at this instant, linked by NEXT
MARKED_SIZE = 4
ACTED_SIZE = 5
FREE_ENTITY = 6  # head of the list of rows of `entity` that somebody has left, linked by NEXT
IN_ZONE_LINES = 7
OBSERVE_EVERY = 8
NEXT_OBSERVATION = 9
OBSERVATION = 10
N_LINES = 11  # at each element of this part of the network
TRACED = 12
HIGHEST_ROW = 13  # of `entity` ever used, plus one
GIVEN = 14  # whether durations are given as arrays, instead of following from numbers
COHORT_FROM = 15
COHORT_TO = 16
FOLLOW_UP = 17
KEEPS_PASSAGE = 18
FAR_SIZE = 19
IN_BUCKETS = 20  # events in buckets
OPENED = 21  # the last bucket opened; its events and all before are in the near heap
BUCKET_BITS = 22  # a bucket is 2 to this power ms
N_INITIAL = 23  # entities that are there at the start and not placed yet
N_TOKENS = 24  # kinds of tokens that are needed in this part of the network
FREE_RETURN = 25  # head of the list of free rows of `returning`, linked by NEXT_RETURN
RUN_COLUMNS = 26

# --- entity: one row for everybody inside
INDEX = 0  # place among all entities of the replication: the order between entities
KLASS = 1  # its line, of those of its part of the network
SLOT = 2  # group and phase
KIND = 3  # its row of `kinds`
STEP = 4  # last step entered, within the route; NONE before the first
FOLLOWING = 5  # the step it goes on to, once that is known; the number of steps if it leaves
JOINED = 6
DUE = JOINED  # when its work ends: whoever works stands in no line
LEFT_MS = JOINED  # paused: the time that its work still takes
START = 7
POOL = 8  # the pool whose server it holds
WANTED = 9  # the occupancy whose place it has last waited for since its last step; NONE: for none
WAITS_AT = 10
WORKS_AT = 11  # while WAITS_AT is the same stage: its service is paused; at a gate: it did not show up
HELD = 12  # occupancies whose places it holds, one bit each
NEXT = 13  # in line
PREVIOUS = 14
PAUSED_AT = PREVIOUS  # paused: since when; linked by NEXT
NEXT_BLOCKED = 15  # among those who keep a server of its pool while they wait for a place
PREVIOUS_BLOCKED = 16
NEXT_SERVED = NEXT_BLOCKED  # among those in service in its pool, where services may pause
PREVIOUS_SERVED = PREVIOUS_BLOCKED
FREE_FLOW = 17  # sum of its own durations so far
CHOSEN = 18  # alternatives that it has picked, one bit each of those of its route
COUNTED = CHOSEN + 1  # those of them in whose backlog it is
SUPPOSED = JOINED  # at the horizon: alternatives that it is supposed to pick
LEAST_COST = START  # at the horizon: of those of one choice
# N_CAUSES columns: its waits so far, by cause; in line, less what the clock showed as the wait began: so the
# accounts of its group and its span, too
WAITED_MS = COUNTED + 1
SPAN_MS = WAITED_MS + N_CAUSES  # MOST_SPANS columns: its time so far in each
# AHEAD columns: own duration of step s at OWN + s % AHEAD; at gates SKIPPED less the no-shows to come, or 0
OWN = SPAN_MS + MOST_SPANS
ENTITY_COLUMNS = OWN + AHEAD

# --- asked: one number a row of `entity`, scratch of the deadlock test

# --- links: a row as for `entity`; two columns an occupancy: next and previous holder of a place

# --- element
TYPE = 0
ACCOUNT = 1
WAITING = 2  # in line, or paused
IS_MARKED = 3
SUSPENDS = 4  # services: whether they pause when the capacity falls
IS_OPEN = 19  # gates
LEFT = 5  # gates: of the quota; departures: of the last one's capacity
PLACES = 6  # zones
TAKEN = 7
FIRST_HOLDER = 8  # zones: entity * PLACES_PER_ENTITY + occupancy
HAS_ACTED = 9  # at this instant
PIECE_OPEN = 10  # row of `calendar`: gates: that comes next; delays: in force when somebody started last
CALENDAR_FROM = 11  # gates and delays: rows of `calendar`
CALENDAR_TO = 12
REFILL_NEXT = 13  # gates and departures: row of `refill` that comes next
REFILL_TO = 14
LINES_FROM = 15  # rows of `line`, N_LINES of them
FREE = 16  # services: free servers of all pools
PLACE_MS = 17  # zones: sum of the instants of giving up less those of taking; see `give_up`
LIVES = 18  # zones: scratch of the deadlock test
SHUT_SINCE = LIVES  # gates
POOLS_FROM = 20  # services: rows of `pool`
POOLS_TO = 21
ALTERNATIVES_FROM = POOLS_FROM  # choices: rows of `element`
ALTERNATIVES_TO = POOLS_TO
N_PAUSED = 22
REFILLED_AT = 23  # gates and departures: the instant of the last refill
SPAN = 24  # the span it is of; NONE
ELEMENT_COLUMNS = 25

# --- alternatives: rows of `element`, and of `account`, behind those of the elements
BACKLOG = 2
BACKLOG_BEFORE = 3  # at the end of the last instant before that of the last change
CHANGED_AT = 4
PUBLISHED = 5  # ms of wait
INTERVAL = 6
TURN_FROM = 7  # rows of `refill`
TURN_TO = 8
TURN_NEXT = 9  # the first that is not over

# --- line: one row an element and line of `network.tokens` in which anybody may stand there, see `parts`
HEAD = 0
TAIL = 1
PRIORITY = 2
CEILING_LEFT = 3
USABLE_FROM = 4
FIRST_MISSED = USABLE_FROM  # gates: who of those who did not show up did so last; linked by NEXT
USABLE_TO = 5
SIDE = USABLE_FROM  # pairings: whether the class leads or follows
GOODS = USABLE_TO  # pairings: only two of the same make a pair
OTHERWISE = (
    USABLE_TO  # gates: the row as one of which whoever stands here counts with CEILING_LEFT 0, or NONE
)
CAUSE = 6
SINCE = 7
CLOCK = 8  # N_CAUSES columns
NEEDS_FROM = 14  # rows of `need`
USE_OF_CEILING = NEEDS_FROM  # gates: with OTHERWISE, where in `account` it is counted that a ceiling is used
NEEDS_TO = 15
PARTNERS_FROM = NEEDS_FROM  # pairings: rows of `usable`: sources of who may be partner
PARTNERS_TO = NEEDS_TO
LINE_COLUMNS = 16  # a power of two: a row is then found by a shift

# --- pool
OF_ELEMENT = 0
CAPACITY = 1
BUSY = 2
N_BLOCKED = 3
BUSY_MS = 4
PIECE_NEXT = 5  # row of `calendar` that comes next
CAPACITY_TO = 6
LARGEST_LATER = 7  # of the capacities still to come
FIRST_BLOCKED = 8
FIRST_SERVED = 9  # who started last of those in service, where services may pause
FIRST_PAUSED = 10  # who returns first
STAFFED = 11  # as many as its staffing rule lets work; UNLIMITED if it has none
RULE = 12  # its row of `rule`; NONE if it has none
CAPACITY_MS = 13  # sum of the instants of its closings less those of its openings, a server each
POOL_COLUMNS = 16

# --- rule: one row a staffing rule
RULED_POOL = 0
OPEN_AT = 1  # the next five as in `Program.rule_levels`
CLOSE_AT = 2
FEWEST = 3
MOST = 4
BY = 5
REVIEW_NEXT = 6  # entry of `review_ms` that comes next
REVIEW_TO = 7
RULE_COLUMNS = 8

# --- calendar: one row a piece, of pools, gates and delays one after another
AT_MS = 0
VALUE = 1
LATER = 2  # pools: the largest value of the pieces after this one
PASSED = 2  # delays: open time before this piece
CALENDAR_COLUMNS = 4

# --- refill
REFILL_AT = 0
OVERALL = 1
CEILINGS = 2  # one column a line of the element
KEPT = -1  # there: what is left stays as it is
# behind the refills the turns of alternatives, one after another
TURN_AT = REFILL_AT
PLACES_UP = OVERALL  # that come up at this or an earlier instant of the alternative

# --- step: one row a step of a route; three columns have one bit an occupancy of the route, the last four one
# an alternative that the route offers
AT = 0  # its element
PLACES_NEEDED = 1  # places that whoever enters this step must hold
GIVEN_UP_AT_END = 2
GIVEN_UP_BY_START = 3  # given up at its start, or at that of any later step
GIVEN_PICKED = 4  # only entered by those who have picked this; 0: by all
OFFERED_WITH = 5  # all that are offered together with this step, itself included; 0: it is not at a choice
OFFER = 6  # its own
BACKLOGS_END = 7  # whoever starts leaves these backlogs
STEP_COLUMNS = 8

# --- occupancy: one number a row, the zone; behind those of all routes the alternatives that these offer,
# as rows of `element`; behind those for each source that is followed, step by step, who follows it by that

# --- token: one row a kind of tokens
NUMBER = 0
IDLE = 1
IDLE_MS = 2  # those available now counted up to the horizon
USERS_FROM = 3  # rows of `user`
USERS_TO = 4
DOOMED = 5  # scratch of the deadlock test: held by those not known to be alive
TOKEN_COLUMNS = 8

# --- need: tokens of one kind that a row of work needs
NEED_TOKENS = 0
NEED_NUMBER = 1
NEED_COLUMNS = 2

# --- needs_of: one row a row of work, and one behind; empty where nobody needs any
FIRST_NEED = 0  # its rows of `need` end where those of the next row begin
LINE_OF = 1  # as KLASS
NEEDS_OF_COLUMNS = 2

# --- user: one number a row, an element whose steps need tokens; kind after kind of them

# --- returning: tokens that are away, and free rows
RETURN_TOKENS = 0
RETURN_NUMBER = 1
AWAY_MS = 2
NEXT_RETURN = 3
RETURN_COLUMNS = 4

# --- source
NEXT_ENTITY = 0
LAST_ENTITY = 1
KINDS_FROM = 2  # rows of `kinds`
SOURCE_COLUMNS = 4

# --- initial: one row an entity that is there at the start, in the order of lines
OF_SOURCE = 0
JOINED_MS = 1
INITIAL_COLUMNS = 2

# --- kinds: one row a kind, source after source
KIND_KLASS = 0  # as KLASS
KIND_GROUP = 1
FIRST_OF_SOURCE = 2  # index of the first entity of its source
STEPS_FROM = 3  # its route's rows of `step`
N_STEPS = 4
OCCUPANCIES_FROM = 5  # its route's rows of `occupancy`
OCCUPANCIES_TO = 6
WORK_FROM = 7  # the row of `work` of its first step
OFFERS_FROM = 9  # where its route's alternatives stand in `occupancy`
DURATIONS_FROM = 8  # where the durations of its source's first entity start, if they are given
FOLLOWED_FROM = 10  # where in `occupancy` the sources stand that follow its own; NONE: nobody does
N_OFFERS = 11  # alternatives that its route offers
KIND_COLUMNS = 16

# --- account: a row a slot (group and phase) and element, alternative or ceiling; behind the accounts counts
N_STARTS = N_ACCOUNTS
N_WAITED = N_ACCOUNTS + 1
N_NO_SHOWS = N_ACCOUNTS + 2
ACCOUNT_COLUMNS = 16

# --- slots: one row a group and phase; from CAPPED_MS on only of the cohort
N_ARRIVED = 0
N_LEFT = 1
N_LEFT_MEASURED = 2
STAY_MS = 3
CAPPED_MS = 4
FREE_FLOW_MS = 5
CAPPED_FREE_FLOW_MS = 6
N_THROUGH = 7
SQUARES = 8  # three columns
N_WITHIN = 11  # one column a limit

# --- flow: one plane each, by interval and group
FLOW_IN = 0
FLOW_OUT = 1

# --- passage: what is known of every entity afterwards, if it is kept
EXIT = 0
OWN_TIME = 1
PASSAGE_COLUMNS = 2

# --- queue: buckets first, then what is pending, from both ends
N_BUCKETS = 8192  # a power of two
NEAR = N_BUCKETS  # the top of the near heap
EMPTY_MS = -2  # the instant of the next event if there is none; before that at which the loop begins
EVENTS_PER_BUCKET = 1  # that a bucket is meant for

# --- kinds of event: event = kind * EVENT_BASE + index
INDEX_BITS = 22
EVENT_BASE = 2**INDEX_BITS  # as many entities may be inside at once
EVENT_BITS = INDEX_BITS + 3
EVENTS = 2**EVENT_BITS  # an entry of a heap is instant * EVENTS + event, below 2**63
REVIEW = 0  # of a staffing rule; the lowest number: it comes before everything else at its instant
ARRIVAL = 1  # of the next entity of a source
END = 2  # of an entity's work
CAPACITY_CHANGE = 3  # of a pool
OPENING_CHANGE = 4  # of a gate
REFILL = 5  # of a gate, or a departure
RETURN = 6  # of tokens

# --- why the loop stopped
DONE = 0
NEED_ROWS = 1
DEADLOCK = 2
WRONG_TABLES = 3

# --- how somebody goes on
STAYS = 0
LEAVES = 1
JOINS = 2  # the line of the stage of its step, or it starts there at once

# --- trace: one plane each; the first three have a number a step entered, the last N_ACCOUNTS an entity
TRACE_JOINED = 0
TRACE_START = 1
TRACE_END = 2
TRACE_ACCOUNT = 3
TRACE_PLANES = 4
TRACE_PARTNER = 4  # as the first three; only if some stage pairs

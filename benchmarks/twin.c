/* The canonical event loop in C: the rule, the tables and the observers of kzsim's kernel, for networks
 * of service stages with one pool each and zones. One whole number a column, as there, so that the two
 * differ in their compilers alone.
 */
#include <stdint.h>
#include <stdlib.h>

typedef int64_t number;

enum { NONE = -1, CAUSES = 6, CLASSES = 2, PER_HOUR_MS = 3600000, BITS = 40 };
enum { ARRIVAL = 0, FINISH = 1 };
enum { CLOSED = 6, BLOCKED = 9, QUEUE = 11, ACCOUNTS = 12 };

typedef struct { number at_ms, event; } entry;

typedef struct {
    number index, klass, slot, row, step, joined, start, pool, blocking, waits_at, works_at, held, wanted;
    number next, previous, next_holder, previous_holder, next_place, previous_place, free_flow;
    number clock_at_joining[CAUSES];
} entity_row;

typedef struct {
    number is_zone, waiting, is_marked, has_acted, places, taken, first_holder;
    number capacity, busy, blocked, busy_ms, first_served;
} element_row;

typedef struct { number head, tail, priority, cause, since, clock[CAUSES]; } line_row;

static number now, horizon, n_entities, n_elements, n_steps, zone, strip_first, strip_last;
static number heap_size, marked_size, acted_size, pending_size, free_entity, in_zone_lines, coming;
static number next_observation, observation;
static entry *heap;
static number *marked, *acted, *pending;
static entity_row *entity;
static element_row *element;
static line_row *line;
static const number *arrival_ms, *klass_of, *duration, *stage_of;
static number *account, *exit_ms, *own_time;
static int32_t *in_line, *in_zone;

static void push(number at_ms, number event) {
    number hole = heap_size++;
    while (hole > 0) {
        number parent = (hole - 1) >> 1;
        if (heap[parent].at_ms <= at_ms) break;
        heap[hole] = heap[parent];
        hole = parent;
    }
    heap[hole] = (entry){at_ms, event};
}

static number pop(void) {
    number event = heap[0].event, size = --heap_size, hole = 0, child = 1;
    entry moved = heap[size];
    while (child < size) {
        if (child + 1 < size && heap[child + 1].at_ms < heap[child].at_ms) child++;
        if (moved.at_ms <= heap[child].at_ms) break;
        heap[hole] = heap[child];
        hole = child;
        child = 2 * hole + 1;
    }
    heap[hole] = moved;
    return event;
}

static void mark(number which) {
    if (element[which].is_marked) return;
    element[which].is_marked = 1;
    number hole = marked_size++;
    while (hole > 0) {
        number parent = (hole - 1) >> 1;
        if (marked[parent] <= which) break;
        marked[hole] = marked[parent];
        hole = parent;
    }
    marked[hole] = which;
}

static number pop_marked(void) {
    number lowest = marked[0], size = --marked_size, moved = marked[size], hole = 0, child = 1;
    while (child < size) {
        if (child + 1 < size && marked[child + 1] < marked[child]) child++;
        if (moved <= marked[child]) break;
        marked[hole] = marked[child];
        hole = child;
        child = 2 * hole + 1;
    }
    marked[hole] = moved;
    return lowest;
}

static void join(number who, number which) {
    entity_row *e = &entity[who];
    line_row *l = &line[which * CLASSES + e->klass];
    e->joined = now;
    e->waits_at = which;
    number ahead = l->tail;
    while (ahead != NONE && entity[ahead].joined == now && entity[ahead].index > e->index)
        ahead = entity[ahead].previous;
    number behind = ahead == NONE ? l->head : entity[ahead].next;
    e->previous = ahead;
    e->next = behind;
    if (ahead == NONE) l->head = who; else entity[ahead].next = who;
    if (behind == NONE) l->tail = who; else entity[behind].previous = who;
    element[which].waiting++;
    mark(which);
}

static number leave_line(number which, line_row *l) {
    number who = l->head, behind = entity[who].next;
    l->head = behind;
    if (behind == NONE) l->tail = NONE; else entity[behind].previous = NONE;
    element[which].waiting--;
    return who;
}

static number read_clock(const line_row *l, number cause) {
    return l->clock[cause] + (l->cause - CLOSED == cause ? now - l->since : 0);
}

static void book_wait(number who, number which, const line_row *l) {
    entity_row *e = &entity[who];
    for (number cause = 0; cause < CAUSES; cause++) {
        number waited = read_clock(l, cause) - e->clock_at_joining[cause];
        if (waited > 0) account[(e->slot * n_elements + which) * ACCOUNTS + CLOSED + cause] += waited;
    }
}

static void book_work(number who) {
    entity_row *e = &entity[who];
    account[(e->slot * n_elements + e->works_at) * ACCOUNTS] += now - e->start;
}

static int comes_before(const line_row *a, const line_row *b) {
    const entity_row *x = &entity[a->head], *y = &entity[b->head];
    if (a->priority != b->priority) return a->priority < b->priority;
    if (x->joined != y->joined) return x->joined < y->joined;
    return x->index < y->index;
}

static void give_up_place(number who) {
    entity_row *e = &entity[who];
    e->held = 0;
    if (e->previous_place == NONE) element[zone].first_holder = e->next_place;
    else entity[e->previous_place].next_place = e->next_place;
    if (e->next_place != NONE) entity[e->next_place].previous_place = e->previous_place;
    element[zone].taken--;
    mark(zone);
}

static void act_service(number which) {
    element_row *s = &element[which];
    while (s->waiting > 0) {
        line_row *best = 0;
        for (line_row *l = &line[which * CLASSES]; l < &line[(which + 1) * CLASSES]; l++)
            if (l->head != NONE && s->capacity > s->busy && (!best || comes_before(l, best))) best = l;
        if (!best) return;
        number who = leave_line(which, best);
        entity_row *e = &entity[who];
        s->busy++;
        e->pool = which;
        e->next_holder = s->first_served;
        e->previous_holder = NONE;
        if (s->first_served != NONE) entity[s->first_served].previous_holder = who;
        s->first_served = who;
        if (e->joined != now) book_wait(who, which, best);
        e->waits_at = NONE;
        e->works_at = which;
        e->start = now;
        if (e->held && strip_last <= e->step) give_up_place(who);
        number own = duration[e->row + e->step];
        e->free_flow += own;
        if (own == 0) pending[pending_size++] = who;
        else push(now + own, ((number)FINISH << BITS) + who);
    }
}

static void act_zone(void) {
    element_row *z = &element[zone];
    while (z->waiting > 0 && z->taken < z->places) {
        line_row *best = 0;
        for (line_row *l = &line[zone * CLASSES]; l < &line[(zone + 1) * CLASSES]; l++)
            if (l->head != NONE && (!best || comes_before(l, best))) best = l;
        number who = leave_line(zone, best);
        entity_row *e = &entity[who];
        if (e->joined != now) book_wait(who, zone, best);
        e->waits_at = NONE;
        z->taken++;
        e->held = 1;
        e->next_place = z->first_holder;
        e->previous_place = NONE;
        if (z->first_holder != NONE) entity[z->first_holder].previous_place = who;
        z->first_holder = who;
        in_zone_lines--;
        pending[pending_size++] = who;
    }
}

static number arrive(void) {
    number who = free_entity;
    entity_row *e = &entity[who];
    free_entity = e->next;
    e->index = coming;
    e->klass = klass_of[coming];
    e->slot = klass_of[coming];
    e->row = coming * n_steps;
    e->step = e->pool = e->waits_at = e->works_at = NONE;
    e->blocking = e->held = e->free_flow = 0;
    coming++;
    if (coming < n_entities) push(arrival_ms[coming], (number)ARRIVAL << BITS);
    return who;
}

static void proceed(number who) {
    entity_row *e = &entity[who];
    if (e->works_at != NONE) {
        book_work(who);
        e->works_at = NONE;
    }
    number following = e->step + 1;
    if (following < n_steps && e->step < strip_first && strip_first <= following && !e->held) {
        if (e->pool != NONE && !e->blocking) {
            e->blocking = 1;
            element[e->pool].blocked++;
            mark(e->pool);
        }
        in_zone_lines++;
        join(who, zone);
        return;
    }
    if (e->pool != NONE) {
        element_row *s = &element[e->pool];
        mark(e->pool);
        if (e->previous_holder == NONE) s->first_served = e->next_holder;
        else entity[e->previous_holder].next_holder = e->next_holder;
        if (e->next_holder != NONE) entity[e->next_holder].previous_holder = e->previous_holder;
        s->busy--;
        s->busy_ms += now - e->start;
        s->blocked -= e->blocking;
        e->blocking = 0;
        e->pool = NONE;
    }
    if (following == n_steps) {
        if (e->held) give_up_place(who);
        exit_ms[e->index] = now;
        own_time[e->index] = e->free_flow;
        e->index = NONE;
        e->next = free_entity;
        free_entity = who;
        return;
    }
    e->step = following;
    join(who, stage_of[following]);
}

static number cause_of_wait(number which) {
    const element_row *s = &element[which];
    if (s->is_zone) return BLOCKED;
    if (s->capacity <= 0) return CLOSED;
    return s->blocked < s->capacity ? QUEUE : BLOCKED;
}

static void close_instant(void) {
    for (number i = 0; i < acted_size; i++) {
        number which = acted[i];
        element[which].has_acted = 0;
        if (element[which].waiting == 0) continue;
        for (line_row *l = &line[which * CLASSES]; l < &line[(which + 1) * CLASSES]; l++) {
            if (l->head == NONE) continue;
            for (number who = l->tail; who != NONE && entity[who].joined == now; who = entity[who].previous)
                for (number cause = 0; cause < CAUSES; cause++)
                    entity[who].clock_at_joining[cause] = read_clock(l, cause);
            number cause = cause_of_wait(which);
            if (l->cause != cause) {
                l->clock[l->cause - CLOSED] += now - l->since;
                l->cause = cause;
                l->since = now;
            }
        }
    }
    acted_size = 0;
}

/* The test for deadlock: somebody who holds a place is served, or waits for somebody who is. Where that is
 * not so the whole graph would have to be looked at; in this network it never happens.
 */
static int may_be_stuck(void) {
    if (element[zone].waiting == 0) return 0;
    for (number who = element[zone].first_holder; who != NONE; who = entity[who].next_place) {
        number at = entity[who].waits_at;
        if (at == NONE || (!element[at].is_zone && element[at].busy > element[at].blocked)) return 0;
    }
    return 1;
}

static void observe(number until_ms) {
    for (; next_observation <= until_ms; next_observation += PER_HOUR_MS, observation++)
        for (number which = 0; which < n_elements; which++) {
            in_line[observation * n_elements + which] = (int32_t)element[which].waiting;
            in_zone[observation * n_elements + which] = (int32_t)element[which].taken;
        }
}

static int advance(void) {
    for (;;) {
        for (;;) {
            if (pending_size > 0) {
                proceed(pending[--pending_size]);
            } else if (heap_size > 0 && heap[0].at_ms == now) {
                if (free_entity == NONE) return 2;
                number event = pop();
                proceed(event >> BITS == FINISH ? event & (((number)1 << BITS) - 1) : arrive());
            } else if (marked_size > 0) {
                number which = pop_marked();
                element[which].is_marked = 0;
                if (!element[which].has_acted) {
                    element[which].has_acted = 1;
                    acted[acted_size++] = which;
                }
                if (element[which].waiting > 0) {
                    if (element[which].is_zone) act_zone(); else act_service(which);
                }
            } else {
                break;
            }
        }
        close_instant();
        if (in_zone_lines > 0 && may_be_stuck()) return 1;
        if (heap_size == 0 || heap[0].at_ms >= horizon) {
            observe(horizon - 1);
            return 0;
        }
        observe(heap[0].at_ms);
        now = heap[0].at_ms;
    }
}

/* Books the time so far of everybody inside. */
static void settle(number rows) {
    now = horizon;
    for (number who = 0; who < rows; who++) {
        const entity_row *e = &entity[who];
        if (e->index == NONE) continue;
        if (e->waits_at != NONE) book_wait(who, e->waits_at, &line[e->waits_at * CLASSES + e->klass]);
        else if (e->works_at != NONE) book_work(who);
    }
}

/* Runs the crossing. `sizes`: entities, steps, elements, the zone's element, first and last step of the
 * strip, its places, servers a stage, horizon, rows for entities inside. Returns 0, or 1 where a full
 * test for deadlock would be needed, or 2 where rows are too few.
 */
int run(const number *sizes, const number *arrivals, const number *classes, const number *durations,
        const number *stages, number *accounts, number *exits, number *own, int32_t *lines, int32_t *zones) {
    n_entities = sizes[0], n_steps = sizes[1], n_elements = sizes[2], zone = sizes[3];
    strip_first = sizes[4], strip_last = sizes[5], horizon = sizes[8];
    number rows = sizes[9];
    arrival_ms = arrivals, klass_of = classes, duration = durations, stage_of = stages;
    account = accounts, exit_ms = exits, own_time = own, in_line = lines, in_zone = zones;
    heap = malloc((rows + 1) * sizeof *heap);
    pending = malloc(rows * sizeof *pending);
    marked = malloc(n_elements * sizeof *marked);
    acted = malloc(n_elements * sizeof *acted);
    entity = calloc(rows, sizeof *entity);
    element = calloc(n_elements, sizeof *element);
    line = calloc(n_elements * CLASSES, sizeof *line);
    now = NONE;
    heap_size = marked_size = acted_size = pending_size = in_zone_lines = coming = 0;
    next_observation = observation = free_entity = 0;
    for (number who = 0; who < rows; who++) entity[who].next = who + 1 < rows ? who + 1 : NONE;
    for (number which = 0; which < n_elements; which++) {
        element[which].is_zone = which == zone;
        element[which].first_holder = element[which].first_served = NONE;
        if (which == zone) element[which].places = sizes[6]; else element[which].capacity = sizes[7];
        for (number klass = 0; klass < CLASSES; klass++) {
            line_row *l = &line[which * CLASSES + klass];
            l->head = l->tail = NONE;
            l->priority = klass;
            l->cause = QUEUE;
        }
    }
    for (number who = 0; who < rows; who++) entity[who].index = NONE;
    if (n_entities > 0) push(arrival_ms[0], (number)ARRIVAL << BITS);
    int stopped = advance();
    settle(rows);
    free(heap), free(pending), free(marked), free(acted), free(entity), free(element), free(line);
    return stopped;
}

#ifdef STANDALONE
/* For counting instructions: reads what `twin.py` writes, runs it once or not at all. */
#include <stdio.h>

static number *read_all(FILE *file, number count) {
    number *values = malloc(count * sizeof *values);
    if (fread(values, sizeof *values, count, file) != (size_t)count) exit(3);
    return values;
}

int main(int count, char **words) {
    FILE *file = count > 1 ? fopen(words[1], "rb") : 0;
    if (!file) return 3;
    number *sizes = read_all(file, 10);
    number *arrivals = read_all(file, sizes[0]), *classes = read_all(file, sizes[0]);
    number *durations = read_all(file, sizes[0] * sizes[1]), *stages = read_all(file, sizes[1]);
    number hours = sizes[8] / PER_HOUR_MS + 1;
    number *accounts = calloc(CLASSES * sizes[2] * ACCOUNTS, sizeof *accounts);
    number *exits = calloc(sizes[0], sizeof *exits), *own = calloc(sizes[0], sizeof *own);
    int32_t *lines = calloc(hours * sizes[2], sizeof *lines), *zones = calloc(hours * sizes[2], sizeof *zones);
    return count > 2 ? 0 : run(sizes, arrivals, classes, durations, stages, accounts, exits, own, lines, zones);
}
#endif

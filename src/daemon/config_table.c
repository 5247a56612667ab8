/*
 * config_table.c - every option there is, those of the engine out of its own table.
 * config/alignd.conf is printed from here, so what is said is the documentation.
 */
#include "config_internal.h"

#include "alignd/base/option.h"

#include <assert.h>
#include <pthread.h>

#define FIELD(name) offsetof(struct config, name)
#define KIB 1024.0
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)

static const char *const levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const formats[] = {"auto", "plain", "logfmt", "json", NULL};

const char *const config_codec_names[] = {"auto",   "rdf-patch", "n-quads", "json",
                                          "turtle", "trig",      NULL};
const char *const config_on_error_names[] = {"auto", "stop", "dlq", "skip", NULL};

/* Before those of the engine, which end [align]. */
static const struct option before[] = {
    {"alignd", "name", OPTION_STRING, FIELD(name), "alignd", 1, 200, NULL,
     "The consumer group and the transactional id are called so unless set below. Two daemons that "
     "run at the same time must differ in it, unless they are to replace each other (alignd run "
     "--standby): then all but [store] path and [http] is the same."},
    {"alignd", "memory", OPTION_SIZE, FIELD(memory), "auto", 512 * MIB, TIB, NULL,
     "What the process may take for caches, write buffers and the turn or build under way, 300M "
     "more in all. auto: a quarter of the machine's or the control group's, at least 512M. `alignd "
     "check` shows how it is dealt; [store] cache and write_buffer, [align] profile_cache and "
     "row_cache, [turn] memory and [build] memory settle a share by itself."},
    {"alignd", "allow_code", OPTION_BOOL, FIELD(allow_code), "false", 0, 0, NULL,
     "Take librdkafka properties that run programs, load libraries or weaken security "
     "(plugin.library.paths, sasl.kerberos.kinit.cmd, ssl.engine.location, ...)."},

    {"log", "level", OPTION_CHOICE, FIELD(log_level), "info", 0, 0, levels,
     "What is said on stderr. Read again on SIGHUP."},
    {"log", "format", OPTION_CHOICE, FIELD(log_format), "auto", 0, 0, formats,
     "auto is plain at a terminal and logfmt elsewhere."},

    {"store", "path", OPTION_STRING, FIELD(store_path), "alignd.store", 1, 4000, NULL,
     "Folder of the state: graph, vectors, candidates, matches, input offsets, outbox. One process "
     "at a time has it open."},
    {"store", "cache", OPTION_SIZE, FIELD(store_cache), "auto", MIB, TIB, NULL,
     "Block cache of RocksDB. auto: a share of [alignd] memory."},
    {"store", "write_buffer", OPTION_SIZE, FIELD(store_write_buffer), "auto", MIB, TIB, NULL,
     "Memory for writes that are not in sorted files yet (they are in the log on disk). auto: a "
     "share of [alignd] memory."},
    {"store", "threads", OPTION_INT, FIELD(store_threads), "2", 1, 64, NULL,
     "Threads of RocksDB for flushes and compactions."},
    {"store", "hashed", OPTION_BOOL, FIELD(store_hashed), "false", 0, 0, NULL,
     "Keeps the newest rows hashed instead of sorted: turns of a few changes commit about a "
     "millisecond sooner, but a backlog costs half as much processor time again."},
    {"store", "sync", OPTION_BOOL, FIELD(engine.sync), "true", 0, 0, NULL,
     "Each turn is on disk before anything of it is published. Without it a crash of the machine "
     "(not of the process) can lose the last turns, and with them exactly-once."},

    {"model", "path", OPTION_STRING, FIELD(model_path), "", 0, 4000, NULL,
     "Model file made by alignd train. Empty: the default model, trained on invented catalogs "
     "(config/default.safetensors; $ALIGND_MODEL names another, - the untrained one)."},
    {"model", "rescore", OPTION_BOOL, FIELD(engine.rescore), "true", 0, 0, NULL,
     "A store of another model or threshold is taken to the configured one: its vectors at the "
     "start, its pairs in the background, as many a turn as [align] dirty_budget leaves. Without "
     "it such a store is refused."},

    {"align", "mapping", OPTION_STRING, FIELD(mapping_path), "", 0, 4000, NULL,
     "TSV of graph, predicate or type IRI, shared name: what corresponds between the schemas. "
     "Empty for none."},
};

/* Behind those of the engine. */
static const struct option behind[] = {
    {"input", "group", OPTION_STRING, FIELD(group), "", 0, 255, NULL,
     "Consumer group whose offsets show how far alignd is. Empty: [alignd] name. Nobody else may "
     "use it."},
    {"input", "format", OPTION_CHOICE, FIELD(input_format), "auto", 0, 0, config_codec_names,
     "Format of messages without a content-type header that names one; [graph.NAME] can say "
     "otherwise. auto looks at the first token."},
    {"input", "on_error", OPTION_CHOICE, FIELD(on_error), "auto", 0, 0, config_on_error_names,
     "A message that cannot be decoded: stop ends alignd before it, dlq sends it to the dead "
     "letter topic, skip drops it; it is counted and logged always. auto is dlq when [output] "
     "dead_letter_topic is set, else stop."},
    {"input", "message_bytes", OPTION_SIZE, FIELD(message_bytes), "8M", KIB, GIB, NULL,
     "Larger messages are not decoded."},
    {"input", "header_bytes", OPTION_SIZE, FIELD(header_bytes), "64K", KIB, GIB, NULL,
     "Headers of one message, names and values: more of them make it a bad message."},
    {"input", "rows", OPTION_INT, FIELD(rows), "1000000", 1, 1e9, NULL,
     "Rows, statements or changes in one message."},
    {"input", "iri_bytes", OPTION_SIZE, FIELD(iri_bytes), "8K", 16, MIB, NULL,
     "Length of an IRI or blank node label."},
    {"input", "literal_bytes", OPTION_SIZE, FIELD(literal_bytes), "1M", 16, GIB, NULL,
     "Length of a literal."},
    {"input", "relative_iris", OPTION_BOOL, FIELD(relative_iris), "true", 0, 0, NULL,
     "Take IRIs without a scheme, which the standards forbid and published data has."},
    {"input", "nesting", OPTION_INT, FIELD(nesting), "32", 1, 1000, NULL,
     "Arrays and objects within each other in JSON."},
    {"input", "start_timeout", OPTION_MS, FIELD(start_timeout_ms), "30s", 100, 86400000, NULL,
     "How long a broker that cannot be reached is waited for at the start."},
    {"input", "metadata_interval", OPTION_MS, FIELD(metadata_interval_ms), "30s", 100, 86400000,
     NULL, "How often new partitions are looked for."},

    {"output", "topic", OPTION_STRING, FIELD(events_topic), "alignd.matches", 1, 249, NULL,
     "Where match, update and unmatch events go; should be compacted, keys are the pairs."},
    {"output", "dead_letter_topic", OPTION_STRING, FIELD(dead_letter_topic), "", 0, 249, NULL,
     "Where messages go that could not be decoded, with headers that say why; alignd letters lists "
     "them and sends them again. Empty for none."},
    {"output", "create_topics", OPTION_BOOL, FIELD(create_topics), "true", 0, 0, NULL,
     "Make the output topics when they are missing, the events topic compacted."},
    {"output", "partitions", OPTION_INT, FIELD(partitions), "1", 1, 10000, NULL,
     "Partitions of an events topic made so."},
    {"output", "transactional_id", OPTION_STRING, FIELD(transactional_id), "", 0, 255, NULL,
     "Of the producer. Empty: [alignd] name."},
    {"output", "commit_interval", OPTION_MS, FIELD(commit_interval_ms), "5ms", 0, 3600000, NULL,
     "Pause between transactions. A broker is still finishing a transaction for a moment after "
     "its commit; one begun too soon waits longer than this."},
    {"output", "offsets_interval", OPTION_MS, FIELD(offsets_interval_ms), "1s", 1, 86400000, NULL,
     "How often the group's offsets are brought up to date when there are no events."},
    {"output", "transaction_records", OPTION_INT, FIELD(transaction_records), "10000", 2, 90000,
     NULL, "Records in one transaction."},
    {"output", "transaction_bytes", OPTION_SIZE, FIELD(transaction_bytes), "8M", KIB, GIB, NULL,
     "Bytes in one transaction, about."},
    {"output", "dead_letter_bytes", OPTION_SIZE, FIELD(dead_letter_bytes), "900K", KIB, GIB, NULL,
     "A dead letter's value is cut to this, so that the broker takes it with its headers."},

    {"standby", "lease", OPTION_MS, FIELD(standby_lease_ms), "5s", 0, 3600000, NULL,
     "Of alignd run --standby: after so long a silence of the active instance another one takes "
     "over; the longer one of both's settings holds. The active one commits three times in it, if "
     "only to be seen. At least half a second; 0: another one takes over only when told."},

    {"turn", "messages", OPTION_INT, FIELD(turn_messages), "20000", 1, 1e7, NULL,
     "Messages taken into one turn. At rest a turn is what has arrived; with a backlog it grows "
     "to this, so that an entity touched often is matched once. Read again on SIGHUP."},
    {"turn", "bytes", OPTION_SIZE, FIELD(turn_bytes), "16M", KIB, GIB, NULL,
     "Bytes taken into one turn. Read again on SIGHUP."},
    {"turn", "memory", OPTION_SIZE, FIELD(turn_memory), "auto", MIB, TIB, NULL,
     "Working set of a turn, caches aside: after one that needed more, turns take less input. "
     "auto: a share of [alignd] memory. Read again on SIGHUP."},
    {"turn", "fill", OPTION_MS, FIELD(turn_fill_ms), "50ms", 0, 60000, NULL,
     "With a backlog, how long a turn waits to be filled. Read again on SIGHUP."},
    {"turn", "outbox_limit", OPTION_INT, FIELD(outbox_limit), "1000000", 1, 1e12, NULL,
     "Input pauses while more records than this wait to be published. Read again on SIGHUP."},
    {"turn", "dirty_limit", OPTION_INT, FIELD(dirty_limit), "1000000", 1, 1e12, NULL,
     "Input pauses while more entities than this are deferred. Read again on SIGHUP."},
    {"turn", "stop_timeout", OPTION_MS, FIELD(stop_timeout_ms), "10s", 0, 3600000, NULL,
     "How long SIGTERM waits for what is in the outbox to be published; the rest is published "
     "after the next start."},

    {"build", "memory", OPTION_SIZE, FIELD(build_memory), "auto", MIB, TIB, NULL,
     "What making a store by sorting may take: more is faster with ten millions of triples. auto: "
     "what of [alignd] memory is not RocksDB's, two thirds of it at most."},
    {"build", "share", OPTION_DOUBLE, FIELD(build_share), "0.2", 0, 1e6, NULL,
     "A backlog of more changes than this share of the store's triples is not worked off by turns: "
     "the store is built anew, beside it, which takes about its size on disk once more. 0: never."},
    {"build", "triples", OPTION_INT, FIELD(build_triples), "20000", 1, 1e12, NULL,
     "Nor a smaller backlog than this many changes (of the first messages it is told how many are "
     "in one)."},

    {"http", "listen", OPTION_STRING, FIELD(http_listen), "127.0.0.1", 1, 100, NULL,
     "Address of /livez, /readyz, /metrics, /version and of pages that tell what the store holds. "
     "There is no login: keep it where strangers do not come."},
    {"http", "port", OPTION_INT, FIELD(http_port), "9464", 0, 65535, NULL, "0 turns it off."},
    {"http", "threads", OPTION_INT, FIELD(http_threads), "4", 1, 64, NULL,
     "Threads that answer, so that so many pages may take long before others wait for them."},
    {"http", "connections", OPTION_INT, FIELD(http_connections), "256", 1, 100000, NULL,
     "Connections at a time. When another comes, the one goes that has been silent for longest: it "
     "had no whole request and no answer since. The limit of open files is raised for them where "
     "the system lets us."},
    {"http", "address_connections", OPTION_INT, FIELD(http_address_connections), "192", 1, 100000,
     NULL, "Of these, of one address (of IPv6: one /64); beyond, its own silent ones go."},
    {"http", "timeout", OPTION_MS, FIELD(http_timeout_ms), "15s", 1000, 3600000, NULL,
     "A connection that is silent for so long is closed, in whole seconds."},
    {"http", "header_bytes", OPTION_SIZE, FIELD(http_header_bytes), "64K", 4 * KIB, MIB, NULL,
     "What a request's line and headers may take, and what is made of them; a connection takes it "
     "of the memory as it comes."},
    {"http", "body_bytes", OPTION_SIZE, FIELD(http_body_bytes), "256K", 0, MIB, NULL,
     "A request with a larger body is refused; a smaller one is read and thrown away."},
    {"http", "page_rows", OPTION_INT, FIELD(http_page_rows), "5000", 1, 1e6, NULL,
     "Rows of the store that a page of /matches, /verdicts or /review looks at, so that a filter "
     "that takes few does not keep other pages waiting: the page then ends early, and says where "
     "the next one begins. Also how many of a word that too many have /search looks at."},
    {"http", "stats_s", OPTION_INT, FIELD(http_stats_s), "60", 0, 86400, NULL,
     "Seconds for which /metrics tells the same matches by type and band, with their estimated "
     "precision, before it reads them again from the store. 0: it tells none."},
    {"http", "stats_entities", OPTION_INT, FIELD(http_stats_entities), "20000", 100, 1e9, NULL,
     "Entities of each graph looked at for that: the first ones by id, a fair sample. About a "
     "second for 100,000, in which others are told what was read before; turns go on."},
    {"http", "review_s", OPTION_INT, FIELD(http_review_s), "60", 0, 86400, NULL,
     "Seconds for which /review goes through the same line of doubtful matches, and /types and "
     "/search through the same types, before they are read again from the store. What a page tells "
     "is always as it is now."},
    {"http", "review_entities", OPTION_INT, FIELD(http_review_entities), "200000", 100, 1e9, NULL,
     "Entities of each graph looked at for that, the first ones by id."},
    {"http", "events", OPTION_INT, FIELD(http_events), "1000", 0, 1e6, NULL,
     "Events that /events can tell, the newest since the start, a kilobyte or two each."},
    {"http", "token_file", OPTION_STRING, FIELD(http_token_file), "", 0, 4096, NULL,
     "File whose first line is what POST /verdicts asks for (Authorization: Bearer ...), at least "
     "16 characters. Empty: nobody can write. Read at the start."},
    {"http", "allow_origin", OPTION_STRING, FIELD(http_allow_origin), "", 0, 300, NULL,
     "Pages of another origin that may read the answers in a browser (CORS), as "
     "http://127.0.0.1:3333 of OpenRefine; * for any. Empty for none."},
    {"http", "public_url", OPTION_STRING, FIELD(http_public_url), "", 0, 300, NULL,
     "How others reach this server, as https://align.example/a: what the URLs in the manifest of "
     "/reconcile begin with. Empty: http:// and the host the request names."},
    {"http", "reconcile_queries", OPTION_INT, FIELD(http_reconcile_queries), "100", 1, 1000, NULL,
     "Queries of a batch that /reconcile takes; one thread answers them, some milliseconds each. "
     "What such a batch takes as a form, body_bytes has to allow."},
    {"http", "reconcile_limit", OPTION_INT, FIELD(http_reconcile_limit), "50", 1, 400, NULL,
     "Candidates told of a query at most, whatever its limit; of one without a limit 10 are."},
    {"http", "reconcile_rows", OPTION_INT, FIELD(http_reconcile_rows), "200", 1, 1e6, NULL,
     "How many of a word that too many have a query of /reconcile looks at: any, so that more cost "
     "time and find little; rarer words find the rest."},
};

static const struct option_open open_sections[] = {
    {"graph.*", 0,
     "One section for each catalog. The name is part of the state: [graph.imdb].\n"
     "topics: input topics of the graph, separated by commas. Order holds within a partition "
     "only, so key messages by subject. format, on_error: as in [input].\n"
     "semantics: changes (inserts, deletes, replaces), or records: a message is what an entity is "
     "now, one without a value deletes the entity of its key; such a topic may be compacted. "
     "Debezium's envelopes are understood.\n"
     "id: the column, member or path that says which entity a record is; without, the key. type: "
     "what records are. base: what the IRIs made of them begin with, urn:GRAPH: if empty. null: "
     "spellings of no value besides an empty one, separated by commas; keep_empty: an empty text "
     "is "
     "a value.",
     "topics = imdb.triples\nformat = auto\non_error = auto\nsemantics = changes\nid = tconst\n"
     "type = film\nbase = https://imdb.example/\nnull = \\N\nkeep_empty = false\n"},
    {"verdicts", 0,
     "What people decided of pairs: triples of owl:sameAs, which pins a pair (skos:exactMatch as "
     "well), and of owl:differentFrom, which bars it; in any format of changes. They are a graph "
     "of their own, named verdicts. topics, format, on_error: as of a catalog. A store that holds "
     "verdicts needs this section, if only with no topic.",
     "topics = alignd.verdicts\nformat = auto\non_error = auto\n"},
    {"kafka", '.',
     "Any property of librdkafka, for both clients. 'X_file = PATH' takes the value of X from a "
     "file. What exactly-once rests on (transactional.id, isolation.level, ...) is refused.",
     "bootstrap.servers = localhost:9092\n"},
    {"kafka.consumer", '.', "For the consumer alone.", NULL},
    {"kafka.producer", '.', "For the producer alone.", NULL},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct option options[COUNT(before) + ENGINE_OPTION_COUNT + COUNT(behind)];
static pthread_once_t put_together = PTHREAD_ONCE_INIT;

static void put_options(void)
{
    struct option *next = options;
    for (size_t i = 0; i < COUNT(before); i++)
        *next++ = before[i];
    for (size_t i = 0; i < ENGINE_OPTION_COUNT; i++, next++) {
        *next = engine_options_table[i].option;
        assert(next->offset < sizeof(struct engine_options));
        next->offset += FIELD(engine);
    }
    for (size_t i = 0; i < COUNT(behind); i++)
        *next++ = behind[i];
    assert(next == options + COUNT(options)); /* none is left out */
}

const struct option_table *config_table(void)
{
    static const struct option_table table = {options, COUNT(options), open_sections,
                                              COUNT(open_sections)};
    pthread_once(&put_together, put_options);
    return &table;
}

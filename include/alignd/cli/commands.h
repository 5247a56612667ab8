/*
 * commands.h - the subcommands, one file each (src/cli/cmd_NAME.c).  argv[0]
 * is the subcommand's name; the result is the exit status of the program.
 */
#ifndef ALIGND_CLI_COMMANDS_H
#define ALIGND_CLI_COMMANDS_H

int cmd_describe(int argc, char **argv);
int cmd_map(int argc, char **argv);
int cmd_load(int argc, char **argv);
int cmd_clusters(int argc, char **argv);
int cmd_matches(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_verdicts(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_rebuild(int argc, char **argv);
int cmd_digest(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_judge(int argc, char **argv);
int cmd_train(int argc, char **argv);
int cmd_eval(int argc, char **argv);
int cmd_synth(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_produce(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_events(int argc, char **argv);
int cmd_letters(int argc, char **argv);
int cmd_reset(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);

#endif

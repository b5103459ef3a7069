// Cli lists, pauses and prunes the runners of a project. It is here for its tests, which run it as a shell does:
// arguments in, output and exit code out.
//
//	go run ./examples/cli -url https://gitlab.example.com -token glpat-... list acme/shop
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"

	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

const usage = `usage: cli -url URL -token TOKEN COMMAND
  list PROJECT     its runners
  pause ID...      they take no further jobs
  prune PROJECT    deletes its own runners that are stale
`

// run is the program, and returns its exit code: 2 is a mistake in the arguments.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("cli", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.Usage = func() { fmt.Fprint(errs, usage) }
	url, token := flags.String("url", "", ""), flags.String("token", "", "")
	if flags.Parse(args) != nil {
		return 2
	}
	commands := map[string]func(context.Context, *gitlab.Client, []string, io.Writer) error{
		"list": list, "pause": pause, "prune": prune,
	}
	command := commands[flags.Arg(0)]
	if command == nil || flags.NArg() < 2 || *url == "" {
		flags.Usage()
		return 2
	}
	client, err := gitlab.NewClient(*token, gitlab.WithBaseURL(*url))
	if err == nil {
		err = command(ctx, client, flags.Args()[1:], out)
	}
	if err != nil {
		fmt.Fprintln(errs, "cli:", err)
		return 1
	}
	return 0
}

// runnersOf are the runners that a project itself has.
func runnersOf(ctx context.Context, c *gitlab.Client, project, status string) ([]*gitlab.Runner, error) {
	options := &gitlab.ListProjectRunnersOptions{Type: gitlab.Ptr("project_type"),
		ListOptions: gitlab.ListOptions{PerPage: 100}}
	if status != "" {
		options.Status = &status
	}
	return gitlab.ScanAndCollect(func(p gitlab.PaginationOptionFunc) ([]*gitlab.Runner, *gitlab.Response, error) {
		return c.Runners.ListProjectRunners(project, options, p, gitlab.WithContext(ctx))
	})
}

func list(ctx context.Context, c *gitlab.Client, args []string, out io.Writer) error {
	runners, err := runnersOf(ctx, c, args[0], "")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range runners {
		fmt.Fprintf(table, "%d\t%s\t%s\n", r.ID, r.Status, r.Description)
	}
	return errors.Join(err, table.Flush())
}

// pause goes on after a runner that cannot be paused, and then says which.
func pause(ctx context.Context, c *gitlab.Client, args []string, out io.Writer) (failed error) {
	for _, arg := range args {
		id, err := strconv.ParseInt(arg, 10, 64)
		if err == nil {
			_, _, err = c.Runners.UpdateRunnerDetails(id,
				&gitlab.UpdateRunnerDetailsOptions{Paused: gitlab.Ptr(true)}, gitlab.WithContext(ctx))
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", arg, err))
			continue
		}
		fmt.Fprintln(out, "paused", id)
	}
	return failed
}

func prune(ctx context.Context, c *gitlab.Client, args []string, out io.Writer) error {
	runners, err := runnersOf(ctx, c, args[0], "stale")
	if err != nil {
		return err
	}
	for _, r := range runners {
		if _, err := c.Runners.RemoveRunner(r.ID, gitlab.WithContext(ctx)); err != nil {
			return fmt.Errorf("%d: %w", r.ID, err)
		}
		fmt.Fprintln(out, "deleted", r.ID, r.Description)
	}
	return nil
}

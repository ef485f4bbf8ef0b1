// Command bench measures the built program beside the floor of the machine it
// runs on, and prints one table. `make bench` starts a PostgreSQL that really
// syncs and runs it.
//
// The work: signed inbound SMS webhooks of distinct customers; each message is
// verified, written down, understood, looked up in a local Shopify that takes
// 50 ms, and answered through a local Twilio that takes 50 ms. The floor, in
// the same run on the same PostgreSQL: the least transactions that such a
// message needs, one insert for what comes in and one for what goes out, by 16
// clients.
//
// Mail: a mailbox of 5,000 mails of 20 KB on a local Dovecot is read over TLS, written
// down, parsed and recognised, in turns with mbsync, which pulls the same mailbox to a
// Maildir and syncs it; then mails are answered one by one.
//
// Stores: what an answer costs each, in requests, bytes and time, where the platform
// takes 50 ms for a request.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"wismo/cmd/internal/rig"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// outside is how long the local Twilio and the local Shopify take each.
const outside = 50 * time.Millisecond

func run(ctx context.Context) error {
	seconds := flag.Int("seconds", 15, "how long each part takes")
	server := flag.String("database", os.Getenv("WISMO_TEST_PG"), "PostgreSQL URL of the server to use")
	mailbox := flag.String("read-mail", "", "read a mailbox and print how long it took (for this command's own use)")
	mailOnly := flag.Bool("mail", false, "measure mail only")
	storesOnly := flag.Bool("stores", false, "measure what a read costs each store only")
	flag.Parse()
	if *mailbox != "" {
		return readMailbox(ctx, *mailbox)
	}
	if *server == "" {
		return fmt.Errorf("no PostgreSQL is given; run `make bench`")
	}
	stores, err := measureStores(ctx)
	if err != nil {
		return fmt.Errorf("stores: %w", err)
	}
	if *storesOnly {
		printRows(os.Stdout, stores)
		return nil
	}
	// What plays the outside shares the machine with the program; its garbage is
	// collected seldom.
	debug.SetGCPercent(800)
	part := time.Duration(*seconds) * time.Second
	dir, err := os.MkdirTemp("", "wismo-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "wismo")
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", bin, "wismo/cmd/wismo").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	db, err := freshDatabase(ctx, *server)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "measuring mail …")
	mail, err := measureMail(ctx, db, dir, bin)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if *mailOnly {
		printRows(os.Stdout, mail.rows())
		return nil
	}
	fmt.Fprintln(os.Stderr, "measuring the floor …")
	floor, err := measureFloor(ctx, db, part/3)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	fmt.Fprintln(os.Stderr, "measuring the program …")
	r, err := rig.Start(ctx, rig.Options{Binary: bin, Database: db, Replicas: 1, Latency: outside, Dir: dir})
	if err != nil {
		return err
	}
	defer r.Close()
	figures, err := measure(ctx, r, db, part)
	if err != nil {
		return err
	}
	after, err := measureFloor(ctx, db, part/3)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	figures.floor = min(floor, after)
	if figures.startup, err = startAgain(ctx, r.Replicas[0]); err != nil {
		return err
	}
	printRows(os.Stdout, slices.Concat(figures.rows(), mail.rows(), stores))
	return nil
}

// startAgain measures how long the program takes from its start to being
// ready on a database that exists.
func startAgain(ctx context.Context, p *rig.Replica) (time.Duration, error) {
	p.Stop()
	began := time.Now()
	if err := p.Run(); err != nil {
		return 0, err
	}
	err := p.Ready(ctx)
	return time.Since(began), err
}

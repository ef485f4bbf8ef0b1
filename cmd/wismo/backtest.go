package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
	show "wismo/cmd/internal/backtest"
	"wismo/cmd/internal/history"
	"wismo/config"
	"wismo/core/backtest"
	"wismo/core/understand"
)

func newBacktest() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backtest FILE|FOLDER", Short: "count what the bot would have done in past conversations", Args: cobra.ExactArgs(1),
		Long: `Backtest plays the customers' part of past conversations to the bot and counts how many it would have answered,
asked back, handed to a person (and why) and not understood. No channel is touched and nothing is stored.

It reads mail (an mbox, a folder of .eml), CSV with a header, JSON lines and the ABCD dialogues. A table has the columns
conversation_id, author (customer or agent), text, and if you have them time, customer (e-mail or phone) and channel;
many other names are known as well. Of mail, --own says which addresses are the shop's; without it the shop's
support_email, or the address that takes part most.

Without --shop no store is read: each order that a customer names is taken for an ordinary one of theirs, on its way and on
time. With --config and --shop the shop's settings count, and its orders are read as they stand today.`,
		Example: "  wismo backtest inbox.mbox --own help@example.com --html report.html\n  wismo backtest chats.csv -c wismo.yaml --shop acme",
	}
	b := &backtesting{load: settings(cmd), now: time.Now}
	cmd.Flags().StringVar(&b.shop, "shop", "", "a shop of the configuration")
	cmd.Flags().BoolVar(&b.noStore, "no-store", false, "with --shop: do not read its orders")
	cmd.Flags().StringVar(&b.format, "format", "", "the file's format: "+strings.Join(history.Formats(), ", ")+" (default: by its name)")
	cmd.Flags().StringSliceVar(&b.own, "own", nil, "the shop's own mail address, or @domain; may be repeated")
	cmd.Flags().StringVar(&b.html, "html", "", "also write a report with plots to this file")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return b.run(cmd.Context(), args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
	return cmd
}

// backtesting is one run.
type backtesting struct {
	load               func() (config.Config, error)
	shop, format, html string
	own                []string
	noStore            bool
	now                func() time.Time
}

func (b *backtesting) run(ctx context.Context, path string, out, errs io.Writer) error {
	past, err := b.past(ctx)
	if err != nil {
		return err
	}
	o := history.Options{Format: history.Format(b.format), Own: b.own, Region: past.Shop.Region}
	if len(o.Own) == 0 && past.Shop.SupportEmail != "" {
		o.Own = []string{past.Shop.SupportEmail}
	}
	found, err := history.Read(path, o)
	if err != nil {
		return err
	}
	complain(errs, found)
	report, err := replayAll(ctx, past, found)
	if err != nil {
		return err
	}
	if err := show.Table(out, report); err != nil {
		return err
	}
	if err := b.page(report); err != nil {
		return err
	}
	if len(found.Problems) > 0 {
		return errReported
	}
	return nil
}

// past returns the shop that is backtested.
func (b *backtesting) past(ctx context.Context) (backtest.Config, error) {
	var c backtest.Config
	var err error
	if b.shop == "" {
		c.Shop = app.PlainShop()
	} else {
		cfg, err := b.load()
		if err != nil {
			return c, err
		}
		if c.Shop, c.Store, err = app.OpenShop(ctx, cfg, b.shop, version); err != nil {
			return c, err
		}
		if b.noStore {
			c.Store = nil
		}
	}
	c.Mind, err = understand.New()
	return c, err
}

func replayAll(ctx context.Context, c backtest.Config, found history.Found) (*backtest.Report, error) {
	report, player := backtest.NewReport(c.Store != nil), backtest.New(c)
	for i, conversation := range found.Conversations {
		results, err := player.Play(ctx, conversation)
		if err != nil {
			return nil, fmt.Errorf("conversation %d of %d: %w", i+1, len(found.Conversations), err)
		}
		for _, r := range results {
			report.Add(r)
		}
	}
	return report, nil
}

// mostProblems is how many are told one by one.
const mostProblems = 20

// complain tells what could not be read or was guessed.
func complain(w io.Writer, f history.Found) {
	for i, p := range f.Problems {
		if i == mostProblems {
			fmt.Fprintf(w, "wismo: and %d more like these\n", len(f.Problems)-i)
			break
		}
		fmt.Fprintf(w, "wismo: %s\n", p)
	}
	if f.Own != "" {
		fmt.Fprintf(w, "wismo: %s is taken for the shop's own address; --own names another\n", f.Own)
	}
	if f.Machines > 0 {
		fmt.Fprintf(w, "wismo: %d mails that no person wrote are left out\n", f.Machines)
	}
}

// page writes the report as a page, whole or not at all.
func (b *backtesting) page(r *backtest.Report) (err error) {
	if b.html == "" {
		return nil
	}
	part := b.html + ".part"
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	err = show.Page(f, r, b.now())
	if errClose := f.Close(); err == nil {
		err = errClose
	}
	if err == nil {
		err = os.Rename(part, b.html)
	}
	if err != nil {
		_ = os.Remove(part)
	}
	return err
}

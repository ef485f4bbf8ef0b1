// Package app knows how everything is put together: it turns the configuration
// into shops, adapters, journal, queue and listeners, starts and stops them,
// and is the only place that knows every adapter by name.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"wismo/channels/twilio"
	"wismo/cmd/internal/metrics"
	"wismo/config"
	"wismo/core/bot"
	"wismo/core/handoff"
	"wismo/core/reply"
)

// App is the running program.
type App struct {
	cfg      config.Config
	log      *slog.Logger
	metrics  *metrics.Metrics
	public   *door
	private  *door
	sandbox  *sandboxes
	phones   *Phones
	record   *record
	accounts []*twilio.Account
	adapters adapters
	bot      *bot.Bot
	desks    *desks
	mail     readers
	started  bool
}

// New opens the database (bringing its schema up to date) and builds every
// part. It listens already, but answers nothing before Start. Stop must be
// called even if Start is not.
func New(ctx context.Context, c config.Config, version string, log *slog.Logger) (a *App, err error) {
	a = &App{cfg: c, log: log, metrics: metrics.New()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
			a = nil
		}
	}()
	if a.public, err = listen(ctx, c.Listen.Public); err != nil {
		return a, fmt.Errorf("listen.public: %w", err)
	}
	if a.private, err = listen(ctx, c.Listen.Private); err != nil {
		return a, fmt.Errorf("listen.private: %w", err)
	}
	if c.Sandbox.Enabled {
		if a.sandbox, err = startSandboxes(&a.cfg, a.PublicAddr()); err != nil {
			return a, err
		}
		a.phones = PhonesAt(a.sandbox.twilioURL)
	}
	return a, a.build(ctx, version)
}

// build makes the adapters, the bot and the record they share.
func (a *App) build(ctx context.Context, version string) error {
	b := builder{cfg: a.cfg, version: version, metrics: a.metrics, log: a.log}
	parts, err := b.adapters(ctx)
	a.adapters = parts
	if err != nil {
		return err
	}
	voice, err := reply.New(shopsOf(parts.shops)...)
	if err != nil {
		return err
	}
	pages, err := handoff.NewPages()
	if err != nil {
		return err
	}
	mind, err := mindOf(a.cfg, version, a.log)
	if err != nil {
		return err
	}
	a.accounts = parts.accounts
	a.record, err = openRecord(ctx, a.cfg, a.log)
	if err != nil {
		return err
	}
	if a.mail.accounts, err = b.mailboxes(ctx, a.record.journal, a.record.replica); err != nil {
		return err
	}
	for i, m := range a.mail.accounts {
		parts.senders[m.Name()] = m
		a.metrics.Mailbox(i, m.Contact)
	}
	a.bot = bot.New(bot.Config{
		Journal: a.record.journal, Shops: parts.shops, Senders: parts.senders,
		Mind: mind, Voice: voice, Pages: pages, Now: time.Now, Log: a.log,
	})
	a.desks = newDesks(a, parts.shops)
	return a.record.employ(a.bot)
}

// Start begins to answer.
func (a *App) Start(ctx context.Context) error {
	if err := a.record.queue.Start(ctx); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	a.started = true
	a.public.serve(a.publicRoutes(), a.log)
	a.private.serve(a.privateRoutes(), a.log)
	if a.sandbox != nil {
		a.sandbox.connect(a.accounts[0].MessageURL())
	}
	a.mail.read(ctx)
	a.log.Info("ready", "public", a.PublicAddr(), "private", a.PrivateAddr(), "shops", len(a.cfg.Shops))
	return nil
}

// publicRoutes are what providers may call.
func (a *App) publicRoutes() http.Handler {
	mux := http.NewServeMux()
	intake := a.record.queue.Intake(a.record.journal)
	for _, account := range a.accounts {
		for _, r := range account.Routes(intake) {
			mux.Handle(r.Pattern, r.Handler)
		}
	}
	mux.Handle("POST "+deskRoute, a.desks)
	mux.Handle("HEAD "+deskRoute, a.desks)
	return mux
}

// readyWithin bounds a readiness check.
const readyWithin = 2 * time.Second

func (a *App) privateRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
		defer cancel()
		if err := a.record.journal.Ping(ctx); err != nil {
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", a.metrics.Handler())
	return mux
}

// PublicAddr is where webhooks are taken, host:port.
func (a *App) PublicAddr() string { return a.public.listener.Addr().String() }

// PrivateAddr is where health is told, host:port.
func (a *App) PrivateAddr() string { return a.private.listener.Addr().String() }

// Phones are the customers' phones of a demo; only with sandbox.enabled.
func (a *App) Phones() *Phones { return a.phones }

// MailsTaken is how many mails were taken in so far.
func (a *App) MailsTaken() int64 {
	var n int64
	for _, m := range a.mail.accounts {
		n += m.Taken()
	}
	return n
}

// Settled waits until nothing is owed: every message answered or dealt with,
// every reply handed over, every ticket opened.
func (a *App) Settled(ctx context.Context) error {
	for {
		owed, err := a.record.journal.Owed(ctx)
		if err != nil || owed == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends everything gracefully: no new webhooks, then what is in hand is
// finished, then the database is closed. It may be called once, at any stage.
func (a *App) Stop(ctx context.Context) error {
	var errs []error
	for _, d := range []*door{a.public, a.private} {
		if d != nil {
			errs = append(errs, d.shut(ctx))
		}
	}
	a.mail.close()
	a.desks.wait()
	if a.record != nil {
		errs = append(errs, a.record.close(ctx, a.started))
	}
	a.adapters.close()
	if a.sandbox != nil {
		a.sandbox.close()
	}
	return errors.Join(errs...)
}

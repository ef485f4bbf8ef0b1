package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"wismo/channels/twilio"
	"wismo/cmd/internal/metrics"
	"wismo/config"
	"wismo/core/check"
	"wismo/core/reply"
	"wismo/core/shop"
)

// checkWithin bounds each thing that is tried.
const checkWithin = 20 * time.Second

// Check tries every configured connection for real. It sends nothing.
func Check(ctx context.Context, c config.Config, version string) []check.Finding {
	findings := []check.Finding{{Name: "configuration", Level: check.OK, Detail: fmt.Sprintf("%d shop(s), %d Twilio account(s)", len(c.Shops), len(c.Twilio))}}
	findings = append(findings, checkDatabase(ctx, c), checkListen("listen.public", c.Listen.Public), checkListen("listen.private", c.Listen.Private))
	b := builder{cfg: c, version: version, metrics: metrics.New(), log: slog.New(slog.DiscardHandler)}
	parts, err := b.adapters(ctx)
	defer parts.close()
	if err != nil {
		return append(findings, check.Finding{Name: "adapters", Level: check.Failed, Detail: err.Error(), Hint: "mend the configuration"})
	}
	findings = append(findings, checkMind(ctx, c, version)...)
	findings = append(findings, checkWording(shopsOf(parts.shops)))
	for _, a := range parts.accounts {
		findings = append(findings, checkTwilio(ctx, a)...)
	}
	if c.SMTP.Host != "" {
		bounded, cancel := context.WithTimeout(ctx, checkWithin)
		findings = append(findings, b.mailer(config.Shop{}).Check(bounded))
		cancel()
	}
	findings = append(findings, checkMailboxes(ctx, b)...)
	for _, s := range c.Shops {
		bounded, cancel := context.WithTimeout(ctx, checkWithin)
		found := parts.stores[s.Key].Check(bounded)
		if t, ok := parts.trackers[s.Key]; ok {
			found = append(found, t.Check(bounded)...)
		}
		for _, f := range found {
			f.Name = "shop " + s.Key + ", " + f.Name
			findings = append(findings, f)
		}
		cancel()
	}
	return findings
}

// checkWording tries whether the shops' own texts fit.
func checkWording(shops []shop.Shop) check.Finding {
	if _, err := reply.New(shops...); err != nil {
		return check.Finding{Name: "wording", Level: check.Failed, Detail: err.Error(), Hint: "mend it under the shop's wording; core/reply/wording holds what is said without it"}
	}
	return check.Finding{Name: "wording", Level: check.OK, Detail: "every text fits"}
}

func checkTwilio(ctx context.Context, a *twilio.Account) []check.Finding {
	bounded, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	return a.Check(bounded)
}

func checkDatabase(ctx context.Context, c config.Config) check.Finding {
	bounded, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	f := check.Finding{Name: "database", Level: check.OK, Detail: "it answers, and its schema is up to date"}
	r, err := openRecord(bounded, c, slog.New(slog.DiscardHandler))
	if err == nil {
		err = r.journal.Ping(bounded)
		if errShut := r.shut(); err == nil {
			err = errShut
		}
	}
	if err != nil {
		f.Level, f.Detail = check.Failed, err.Error()
		f.Hint = "is the server running, and are user, password and database name right? A SQLite file that serves already is in use: stop it first"
	}
	return f
}

func checkListen(name, addr string) check.Finding {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return check.Finding{Name: name, Level: check.Warning, Detail: addr + " cannot be listened on now", Hint: "fine if wismo is serving there already; else choose another port"}
	}
	_ = l.Close()
	return check.Finding{Name: name, Level: check.OK, Detail: addr}
}

// checkMind asks for a second opinion, if one is configured.
func checkMind(ctx context.Context, c config.Config, version string) []check.Finding {
	if c.Understand.LLM.URL == "" {
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	return secondOpinion(c.Understand.LLM, nil, checkWithin, version, slog.New(slog.DiscardHandler)).Check(bounded)
}

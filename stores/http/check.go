package httpstore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"wismo/core/check"
	"wismo/core/fault"
	"wismo/core/order"
	"wismo/stores/ownorder"
)

// nobody is an order that no shop has.
func nobody() ownorder.Asked {
	return ownorder.Asked{Number: "WISMO-CHECK", Names: []string{"WISMO-CHECK"}}
}

// enough is how long a secret should be, in characters.
const enough = 32

// Check asks for an order that there is not, and tries what the platform must
// refuse: a wrong signature, an old request, the same request twice. It changes
// nothing.
func (s *Store) Check(ctx context.Context) []check.Finding {
	ctx, cancel := context.WithTimeout(ctx, 3*s.cfg.Budget)
	defer cancel()
	first := s.seal()
	a, err := s.exchange(ctx, nobody(), first)
	if err != nil {
		return []check.Finding{failure(err)}
	}
	findings := s.clock(a)
	list, err := s.orders(a)
	if err != nil {
		return append(findings, failure(err))
	}
	findings = append(findings, answered(list), s.secret())
	for _, t := range s.trials(first) {
		findings = append(findings, s.try(ctx, t))
	}
	return findings
}

// trial is a request that a platform must refuse.
type trial struct {
	name   string
	sealed seal
	// level, accepted and hint are what to say if it does not.
	level          check.Level
	accepted, hint string
}

func (s *Store) trials(first seal) []trial {
	forged, old := s.seal(), s.seal()
	forged.secret = "not-" + s.cfg.Secret
	old.at = old.at.Add(-time.Hour)
	return []trial{
		{"a wrong signature", forged, check.Failed, "it answers requests that are signed with another secret: anybody can read orders", "let the platform verify " + ownorder.HeaderSignature + " before it answers"},
		{"an old request", old, check.Warning, "it answers requests that are an hour old", "let the platform refuse a " + ownorder.HeaderTimestamp + " more than five minutes from its clock"},
		{"a repeated request", first, check.Warning, "it answers the same request twice", "let the platform remember each " + ownorder.HeaderID + " for ten minutes"},
	}
}

func answered(list []order.Order) check.Finding {
	if n := len(list); n > 0 {
		return check.Finding{
			Name: "http store answer", Level: check.Warning, Detail: fmt.Sprintf("asked for an order that there is not, it answers with %d", n),
			Hint: "let the platform answer only with orders that have one of the names",
		}
	}
	return check.Finding{Name: "http store answer", Level: check.OK, Detail: "it answers, and signs its answer"}
}

func (s *Store) secret() check.Finding {
	f := check.Finding{Name: "http store secret", Level: check.OK, Detail: "it is long enough"}
	if len(s.cfg.Secret) < enough {
		f.Level, f.Detail = check.Warning, fmt.Sprintf("it has only %d characters", len(s.cfg.Secret))
		f.Hint = "draw a longer one by chance (openssl rand -hex 32) and give it to both sides"
	}
	return f
}

// clock compares the platform's clock with ours, if it tells.
func (s *Store) clock(a *answer) []check.Finding {
	apart, _ := s.apart(a)
	if apart.Abs() <= ownorder.Skew {
		return nil
	}
	return []check.Finding{{
		Name: "http store clock", Level: check.Warning, Detail: "the clocks of both sides differ" + by(apart),
		Hint: "let both machines set their clocks by NTP: requests count as expired after five minutes",
	}}
}

func (s *Store) try(ctx context.Context, t trial) check.Finding {
	f := check.Finding{Name: "http store signature", Level: check.OK, Detail: "it refuses " + t.name}
	a, err := s.exchange(ctx, nobody(), t.sealed)
	switch {
	case err != nil:
		f.Level, f.Detail, f.Hint = check.Warning, "whether it refuses "+t.name+" could not be tried", "run the check again"
	case a.StatusCode < 300:
		f.Level, f.Detail, f.Hint = t.level, t.accepted, t.hint
	case a.StatusCode != http.StatusUnauthorized && a.StatusCode != http.StatusForbidden:
		f.Level, f.Detail, f.Hint = check.Warning, fmt.Sprintf("it answers %s with status %d", t.name, a.StatusCode), "the contract refuses with status 401"
	}
	return f
}

// failure tells a fault with its cure apart.
func failure(err error) check.Finding {
	f := check.Finding{Name: "http store answer", Level: check.Failed, Detail: err.Error(), Hint: "can this machine reach store.url, and is the platform up?"}
	if known, ok := errors.AsType[*fault.Error](err); ok {
		plain := *known
		if plain.Hint != "" {
			f.Hint = plain.Hint
		}
		plain.Hint = ""
		f.Detail = plain.Error()
	}
	return f
}

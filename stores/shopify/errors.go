package shopify

import (
	"errors"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"wismo/core/fault"
)

// judge translates what genqlient returned. refused names an optional part
// that the shop denies, for which the read is to be repeated without it.
func (s *Store) judge(err error) (refused string, out error) {
	if err == nil {
		return "", nil
	}
	if f := asFault(err); f != nil {
		return "", f
	}
	var list gqlerror.List
	if !errors.As(err, &list) || len(list) == 0 {
		return "", unreadable(err)
	}
	for _, e := range list {
		switch code, _ := e.Extensions["code"].(string); code {
		case "THROTTLED":
			return "", &fault.Error{Kind: fault.Throttled, Op: "shopify", Until: s.tokens.throttledUntil(), Err: errors.New("too many points asked for")}
		case "ACCESS_DENIED":
			if part := partOf(e.Path); part != "" {
				return part, nil
			}
			return "", denied("the app may not read orders", "grant the app read_orders; `wismo check` lists the scopes")
		}
	}
	return "", fault.New(fault.Unavailable, "shopify", "the API answered with an error it gave no code for")
}

// partOf returns the optional part on an error's path, empty if there is none.
func partOf(path ast.Path) string {
	for _, element := range path {
		name, ok := element.(ast.PathName)
		if !ok {
			continue
		}
		for _, part := range optional {
			if string(name) == part {
				return part
			}
		}
	}
	return ""
}

func denied(what, hint string) *fault.Error {
	return &fault.Error{Kind: fault.Denied, Op: "shopify", Err: errors.New(what), Hint: hint}
}

// cost is what an answer says of the allowance.
// Source: shopify.dev, API rate limits.
type cost struct {
	Requested float64 `json:"requestedQueryCost"`
	Throttle  struct {
		Available float64 `json:"currentlyAvailable"`
		Restore   float64 `json:"restoreRate"`
	} `json:"throttleStatus"`
}

// wait is how long until the requested points are there again.
func (c cost) wait() time.Duration {
	if c.Throttle.Restore <= 0 || c.Requested <= c.Throttle.Available {
		return 0
	}
	return time.Duration((c.Requested - c.Throttle.Available) / c.Throttle.Restore * float64(time.Second))
}

package shopify

import (
	"errors"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"wismo/core/fault"
)

// refusal is what the shop denies of an order that it shows otherwise.
type refusal struct {
	// parts are the optional parts, without which the read is to be repeated.
	parts []string
	// contacts is true if it left out contacts that may be null: protected
	// customer data for which the app is not approved.
	contacts bool
}

// judge translates what genqlient returned.
func (s *Store) judge(err error) (no refusal, out error) {
	if err == nil {
		return no, nil
	}
	if f := asFault(err); f != nil {
		return no, f
	}
	var list gqlerror.List
	if !errors.As(err, &list) || len(list) == 0 {
		return no, unreadable(err)
	}
	for _, e := range list {
		if code, _ := e.Extensions["code"].(string); code != "ACCESS_DENIED" {
			return no, fault.New(fault.Unavailable, "shopify", "the API answered with an error that wismo does not know")
		}
		switch part := partOf(e.Path); {
		case part != "" && !slices.Contains(no.parts, part):
			no.parts = append(no.parts, part)
		case part != "":
		case isContact(e.Path):
			no.contacts = true
		default:
			return no, denied("the app may not read orders", "grant the app read_orders; `wismo check` lists the scopes")
		}
	}
	return no, nil
}

// isContact reports whether a path leads to a contact that may be null.
func isContact(path ast.Path) bool {
	for _, element := range path {
		switch name, _ := element.(ast.PathName); name {
		case "email", "phone", "shippingAddress", "billingAddress":
			return true
		}
	}
	return false
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
	Actual    float64 `json:"actualQueryCost"`
	Throttle  struct {
		Most      float64 `json:"maximumAvailable"`
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

package ownorder

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"wismo/core/order"
)

// wire is an order as the platform writes it.
type wire struct {
	ID           text            `json:"id"`
	Name         text            `json:"name"`
	Confirmation text            `json:"confirmation_number"`
	Created      moment          `json:"created_at"`
	Cancelled    moment          `json:"cancelled_at"`
	Financial    text            `json:"financial"`
	Returns      text            `json:"returns"`
	Holds        texts           `json:"holds"`
	Emails       texts           `json:"emails"`
	Phones       texts           `json:"phones"`
	Region       text            `json:"region"`
	Items        json.RawMessage `json:"items"`
	Fulfillments json.RawMessage `json:"fulfillments"`
	FulfillBy    moment          `json:"fulfill_by"`
	Method       text            `json:"method"`
	Locale       text            `json:"locale"`
	Refunds      json.RawMessage `json:"refunds"`
	Unread       texts           `json:"unread"`
}

type wireItem struct {
	ID               text  `json:"id"`
	Title            text  `json:"title"`
	Quantity         count `json:"quantity"`
	Unfulfilled      count `json:"unfulfilled"`
	RequiresShipping flag  `json:"requires_shipping"`
}

// empty is true for the row of nulls that an outer join makes of nothing.
func (i wireItem) empty() bool { return i.ID == "" && i.Title == "" && !i.Quantity.said }

type wireRefund struct {
	At       moment `json:"at"`
	Amount   text   `json:"amount"`
	Currency text   `json:"currency"`
}

// Parts that may be unread beside order's own.
const (
	unreadReturns = "returns"
	unreadRefunds = "refunds"
)

// How many of each an order may have; the rest is unread.
const (
	maxItems, maxParcels, maxRefunds = 500, 100, 100
)

func (w wire) order(now time.Time) order.Order {
	o := order.Order{
		ID: string(w.ID), Name: string(w.Name), ConfirmationNumber: string(w.Confirmation),
		CreatedAt: w.Created.Time, CancelledAt: w.Cancelled.Time, FulfillBy: w.FulfillBy.Time,
		Financial: financial(w.Financial), OnHold: holds(w.Holds), Contacts: w.contacts(),
		Method: method(w.Method), Locale: string(w.Locale), Unread: w.Unread.list, ReadAt: now,
	}
	if o.ID == "" {
		// Names are not unique; with the time of the order they nearly are.
		o.ID = o.Name + "@" + strconv.FormatInt(o.CreatedAt.Unix(), 10)
	}
	if w.Emails.bad || w.Phones.bad {
		unread(&o, order.UnreadContacts)
	}
	known := false
	if o.Returns, known = returns(w.Returns); !known {
		unread(&o, unreadReturns)
	}
	w.parcels(&o)
	w.items(&o)
	w.refunds(&o)
	return o
}

func unread(o *order.Order, part string) {
	if !o.Lacks(part) {
		o.Unread = append(o.Unread, part)
	}
}

var regionRE = regexp.MustCompile(`^[A-Za-z]{2}$`)

func (w wire) contacts() order.Contacts {
	c := order.Contacts{Emails: w.Emails.list, Phones: w.Phones.list}
	if regionRE.MatchString(string(w.Region)) {
		c.Region = strings.ToUpper(string(w.Region))
	}
	c.Hidden = len(c.Emails)+len(c.Phones) == 0
	return c
}

// items maps the lines. How many of a line are not shipped yet may be left to us:
// then it is what the parcels say they hold, and all have left if a parcel does not
// say.
func (w wire) items(o *order.Order) {
	list, ok := part[wireItem](w.Items, maxItems)
	if !ok {
		unread(o, order.UnreadItems)
	}
	sent, all := shipped(o.Fulfillments)
	for _, l := range list {
		if l.empty() {
			continue
		}
		i := order.LineItem{
			ID: string(l.ID), Title: string(l.Title), Quantity: l.Quantity.n, Unfulfilled: l.Unfulfilled.n,
			RequiresShipping: o.Method != order.NoDelivery,
		}
		if l.RequiresShipping.said {
			i.RequiresShipping = l.RequiresShipping.value
		}
		if !l.Unfulfilled.said && !all {
			i.Unfulfilled = max(0, i.Quantity-sent[i.ID])
		}
		o.Items = append(o.Items, i)
	}
}

// shipped counts what the parcels hold, by the line's id; all is true if one of
// them does not say.
func shipped(parcels []order.Fulfillment) (sent map[string]int, all bool) {
	sent = map[string]int{}
	for _, p := range parcels {
		if p.Status == order.Cancelled {
			continue
		}
		all = all || len(p.Items) == 0
		for _, i := range p.Items {
			sent[i.ID] += i.Quantity
		}
	}
	return sent, all
}

var (
	amountRE   = regexp.MustCompile(`^\d{1,12}(?:[.,]\d{1,4})?$`)
	currencyRE = regexp.MustCompile(`^[A-Z]{3}$`)
)

func (w wire) refunds(o *order.Order) {
	if w.Refunds == nil {
		return // nobody tells a customer that there was none
	}
	list, ok := part[wireRefund](w.Refunds, maxRefunds)
	if !ok {
		unread(o, unreadRefunds)
	}
	for _, r := range list {
		if r == (wireRefund{}) {
			continue
		}
		amount := strings.TrimPrefix(string(r.Amount), "-")
		currency := strings.ToUpper(string(r.Currency))
		switch {
		case !amountRE.MatchString(amount):
			amount = "" // that there was one is said all the same
		case currencyRE.MatchString(currency):
			amount += " " + currency
		}
		o.Refunds = append(o.Refunds, order.Refund{At: r.At.Time, Amount: amount})
	}
}

func financial(t text) order.Financial {
	switch f := order.Financial(t.word()); f {
	case order.Paid, order.PaymentPending, order.PartiallyRefunded, order.Refunded, order.Voided:
		return f
	}
	return order.FinancialUnknown
}

// returns is false for a word that is not known: it says that there is something.
func returns(t text) (order.ReturnState, bool) {
	switch r := order.ReturnState(t.word()); r {
	case order.NoReturn, order.ReturnRequested, order.ReturnInProgress, order.Returned:
		return r, true
	case "none":
		return order.NoReturn, true
	}
	return order.NoReturn, false
}

func holds(t texts) []order.Hold {
	var out []order.Hold
	add := func(h order.Hold) {
		if !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	if t.bad {
		add(order.HoldUnspecified)
	}
	for _, s := range t.list {
		switch h := order.Hold(text(s).word()); h {
		case order.HoldFraud, order.HoldAddress, order.HoldPayment, order.HoldInventory:
			add(h)
		default:
			add(order.HoldUnspecified)
		}
	}
	return out
}

func method(t text) order.Method {
	switch m := order.Method(t.word()); m {
	case order.Pickup, order.LocalDelivery, order.NoDelivery:
		return m
	}
	return order.Shipping
}

// link keeps only what a customer can open.
func link(t text) string {
	u, err := url.Parse(string(t))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return string(t)
}

// byTime sorts by the time that at gives, the newest first if newest is true.
func byTime[T any](list []T, newest bool, at func(T) time.Time) {
	slices.SortStableFunc(list, func(a, b T) int {
		if newest {
			a, b = b, a
		}
		return at(a).Compare(at(b))
	})
}

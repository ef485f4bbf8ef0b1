package woocommerce

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"wismo/core/order"
)

// node is an order as the API shows it. Only what is used is read.
type node struct {
	ID            int64     `json:"id"`
	Type          string    `json:"type"`
	Number        text      `json:"number"`
	Status        string    `json:"status"`
	Currency      string    `json:"currency"`
	Total         text      `json:"total"`
	Created       moment    `json:"date_created_gmt"`
	Modified      moment    `json:"date_modified_gmt"`
	Paid          moment    `json:"date_paid_gmt"`
	Completed     moment    `json:"date_completed_gmt"`
	Billing       contact   `json:"billing"`
	Shipping      contact   `json:"shipping"`
	Lines         []line    `json:"line_items"`
	ShippingLines []carried `json:"shipping_lines"`
	Refunds       []refund  `json:"refunds"`
	Meta          []meta    `json:"meta_data"`
}

type contact struct {
	Email   string `json:"email"`
	Phone   string `json:"phone"`
	Country string `json:"country"`
}

type line struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Quantity number `json:"quantity"`
}

type carried struct {
	MethodID string `json:"method_id"`
}

type refund struct {
	Total text `json:"total"`
}

type meta struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// text is a string that some plugins write as a number.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		s = strings.Trim(string(raw), `"`)
		if s == "null" || strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
			s = ""
		}
	}
	*t = text(s)
	return nil
}

// number is a number that some plugins write as a string, or with a fraction.
type number int

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(raw []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || f < 0 || f > 1e6 {
		f = 0
	}
	*n = number(f)
	return nil
}

// moment is a time as the API writes it: in UTC, without saying so.
type moment struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler. What is no time is none.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339, "2006-01-02 15:04:05", "2006-01-02"} {
		if at, err := time.Parse(layout, s); err == nil {
			m.Time = at.UTC()
			return nil
		}
	}
	return nil
}

// numberMetas are where plugins keep the number that they show (Sequential Order
// Numbers; Custom Order Numbers for WooCommerce).
var numberMetas = []string{"_order_number_formatted", "_order_number", "_alg_wc_full_custom_order_number", "_alg_wc_custom_order_number"}

// numbers are what a customer may call the order.
func (n node) numbers() []string {
	list := []string{string(n.Number)}
	for _, key := range numberMetas {
		if v := string(n.metaText(key)); v != "" && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

func (n node) metaText(key string) text {
	for _, m := range n.Meta {
		if m.Key == key {
			var t text
			_ = t.UnmarshalJSON(m.Value) // it never fails
			return t
		}
	}
	return ""
}

// name is the order as the shop's mails call it: "Order #1001".
func (s *Store) name(number string) string {
	prefix := s.cfg.Format.Prefix
	if prefix == "" || strings.HasPrefix(strings.ToUpper(number), strings.ToUpper(prefix)) {
		return number
	}
	return "#" + number
}

func (s *Store) mapOrder(n node, parcels []order.Fulfillment, unread []string) order.Order {
	state := s.stateOf(n.Status)
	o := order.Order{
		ID: strconv.FormatInt(n.ID, 10), Name: s.name(string(n.Number)), CreatedAt: n.Created.Time,
		Financial: financial(n), Contacts: contacts(n), Fulfillments: parcels, Method: method(n), Unread: unread, ReadAt: s.now(),
	}
	switch state {
	case "cancelled":
		o.CancelledAt = latest(n.Modified, n.Created)
	case "held":
		o.OnHold = []order.Hold{order.HoldUnspecified}
		if o.Financial == order.PaymentPending {
			o.OnHold = []order.Hold{order.HoldPayment}
		}
	}
	sent := sentOf(parcels)
	done := len(parcels) > 0 && len(sent) == 0 || n.Status == "refunded" || state == "shipped" || state == "delivered" || state == "pickup"
	for _, l := range n.Lines {
		item := order.LineItem{ID: strconv.FormatInt(l.ID, 10), Title: l.Name, Quantity: int(l.Quantity), Unfulfilled: int(l.Quantity), RequiresShipping: o.Method != order.NoDelivery}
		if item.Unfulfilled = max(0, item.Quantity-sent[item.ID]); done {
			item.Unfulfilled = 0
		}
		o.Items = append(o.Items, item)
	}
	if len(parcels) == 0 {
		o.Fulfillments = s.withoutTracking(n, state)
	} else if state == "delivered" {
		for i := range o.Fulfillments {
			o.Fulfillments[i].Status = order.Delivered
		}
	}
	for _, r := range n.Refunds {
		o.Refunds = append(o.Refunds, order.Refund{At: n.Modified.Time, Amount: strings.TrimPrefix(string(r.Total), "-") + " " + n.Currency})
	}
	return o
}

// withoutTracking is the parcel of an order that the shop says has left, and of which
// nothing else is known.
func (s *Store) withoutTracking(n node, state string) []order.Fulfillment {
	status := map[string]order.FulfillmentStatus{"shipped": order.Shipped, "delivered": order.Delivered, "pickup": order.ReadyForPickup}[state]
	if status == "" || method(n) == order.NoDelivery {
		return nil
	}
	if status == order.Shipped && method(n) == order.Pickup {
		status = order.StatusUnknown // fetched, or ready to be: shops do either
	}
	return []order.Fulfillment{{ID: strconv.FormatInt(n.ID, 10), Status: status, RawStatus: n.Status, CreatedAt: latest(n.Completed, n.Modified)}}
}

// sentOf counts what the parcels say they hold, by the line's id.
func sentOf(parcels []order.Fulfillment) map[string]int {
	sent := map[string]int{}
	for _, p := range parcels {
		for _, i := range p.Items {
			sent[i.ID] += i.Quantity
		}
	}
	return sent
}

// stateOf is what an order's status means. The shop's own come from its settings; one
// that nobody knows is like one that is being worked on: it says that the order is
// there, and no more.
func (s *Store) stateOf(status string) string {
	if meaning, ok := s.cfg.Statuses[status]; ok {
		return meaning
	}
	switch status {
	case "completed", "shipped":
		return "shipped"
	case "delivered":
		return "delivered"
	case "ready-for-pickup", "ready-pickup", "readypickup":
		return "pickup"
	case "cancelled", "failed":
		return "cancelled"
	case "on-hold":
		return "held"
	}
	return "processing"
}

func financial(n node) order.Financial {
	back := new(big.Rat)
	for _, r := range n.Refunds {
		back.Add(back, amount(r.Total))
	}
	switch {
	case n.Status == "refunded" || back.Sign() > 0 && back.Cmp(amount(n.Total)) >= 0:
		return order.Refunded
	case back.Sign() > 0:
		return order.PartiallyRefunded
	case !n.Paid.IsZero():
		return order.Paid
	case slices.Contains([]string{"pending", "on-hold", "failed"}, n.Status):
		return order.PaymentPending
	case n.Status == "processing" || n.Status == "completed":
		return order.Paid // cash on delivery has no day of payment
	}
	return order.FinancialUnknown
}

// amount is money as the API writes it, without its sign; what is none is nothing.
func amount(t text) *big.Rat {
	if !amountRE.MatchString(string(t)) {
		return new(big.Rat)
	}
	v, _ := new(big.Rat).SetString(strings.TrimPrefix(string(t), "-"))
	return v
}

// amountRE keeps out what would be a number of a billion digits: "1e999999999".
var amountRE = regexp.MustCompile(`^-?\d{1,18}(?:\.\d{1,8})?$`)

func contacts(n node) order.Contacts {
	c := order.Contacts{Region: n.Shipping.Country}
	if c.Region == "" {
		c.Region = n.Billing.Country
	}
	for _, from := range []contact{n.Billing, n.Shipping} {
		if e := strings.TrimSpace(from.Email); e != "" && !slices.Contains(c.Emails, e) {
			c.Emails = append(c.Emails, e)
		}
		if p := strings.TrimSpace(from.Phone); p != "" && !slices.Contains(c.Phones, p) {
			c.Phones = append(c.Phones, p)
		}
	}
	c.Hidden = len(c.Emails)+len(c.Phones) == 0
	return c
}

// method is how the order reaches its customer, by the shipping method's id.
func method(n node) order.Method {
	if len(n.ShippingLines) == 0 {
		return order.NoDelivery
	}
	switch id := n.ShippingLines[0].MethodID; {
	case strings.Contains(id, "pickup"):
		return order.Pickup
	case strings.Contains(id, "local_delivery"):
		return order.LocalDelivery
	}
	return order.Shipping
}

func latest(times ...moment) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t.Time
		}
	}
	return time.Time{}
}

// LogValue keeps orders out of logs.
func (node) LogValue() any { return "order" }

// String keeps orders out of formatted errors.
func (node) String() string { return "order" }

var _ fmt.Stringer = node{}

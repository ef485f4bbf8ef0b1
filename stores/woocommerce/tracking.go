package woocommerce

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
)

// source is where a shop keeps its parcels' tracking.
type source string

// The sources, in the order in which they are tried.
const (
	native   source = "fulfillments"      // WooCommerce itself, since 10.1
	official source = "shipment tracking" // woocommerce.com's extension
	advanced source = "advanced shipment tracking"
	inMeta   source = "order meta" // what both extensions write into the order
)

// sources remembers which source has shown a parcel, and which are not there.
type sources struct {
	mu     sync.Mutex
	known  source
	absent map[source]time.Time
}

// absentFor is how long a source that is not there is not asked again.
const absentFor = 30 * time.Minute

// order lists the sources to ask: the known one, or else all that may be there. The
// order's meta costs nothing.
func (s *sources) order(now time.Time) []source {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known != "" && s.known != inMeta {
		return []source{s.known, inMeta}
	}
	var list []source
	for _, from := range []source{native, official, advanced} {
		if now.After(s.absent[from]) && s.known == "" {
			list = append(list, from)
		}
	}
	return append(list, inMeta)
}

func (s *sources) shows(from source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == "" {
		s.known = from
	}
}

// gone notes that a source is not there; it reports whether it was the known one.
func (s *sources) gone(from source, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.absent == nil {
		s.absent = map[source]time.Time{}
	}
	s.absent[from] = now.Add(absentFor)
	was := s.known == from
	if was {
		s.known = ""
	}
	return was
}

// parcels reads an order's parcels.
func (s *Store) parcels(ctx context.Context, n node) (list []order.Fulfillment, unread []string, err error) {
	if method(n) == order.NoDelivery || n.unsent() {
		return nil, nil, nil
	}
	again := false
	for _, from := range s.tracking.order(s.now()) {
		list, err := s.from(ctx, from, n)
		switch {
		case errors.Is(err, errNoRoute):
			again = s.tracking.gone(from, s.now()) || again
		case fault.KindOf(err) == fault.Denied:
			s.log.Warn("woocommerce refuses the parcels of orders", "source", string(from), "hint", "give the key's user the right manage_woocommerce")
			unread = []string{order.UnreadFulfillments}
		case err != nil:
			return nil, nil, err
		case len(list) > 0:
			s.tracking.shows(from)
			return list, nil, nil
		}
	}
	if again {
		// The plugin that has shown parcels so far is no longer there: another is.
		return s.parcels(ctx, n)
	}
	return nil, unread, nil
}

// unsent reports whether the order itself says that it has no parcel, which saves
// asking for them. Source: woocommerce/woocommerce, order fulfillments.
func (n node) unsent() bool {
	status := n.metaText("_fulfillment_status")
	return status == "no_fulfillments" || status == "unfulfilled"
}

// note is a note of an order.
type note struct {
	Created  moment `json:"date_created_gmt"`
	Text     string `json:"note"`
	Customer bool   `json:"customer_note"`
}

// maxNotes is how many notes are kept.
const maxNotes = 3

// notes are what the shop has written to the customer. They are read only of orders
// that are known to have no parcel, so that no order costs a third request; without
// them an order is told all the same.
func (s *Store) notes(ctx context.Context, n node) []order.Note {
	if !n.unsent() {
		return nil
	}
	var list []note
	err := s.client.get(ctx, ordersPath+"/"+strconv.FormatInt(n.ID, 10)+"/notes", url.Values{"type": {"customer"}}, &list)
	if err != nil {
		s.log.Warn("the notes of an order could not be read", "fault", fault.KindOf(err))
		return nil
	}
	var out []order.Note
	for _, x := range list {
		if text := plainNote(x.Text); x.Customer && text != "" {
			out = append(out, order.Note{At: x.Created.Time, Text: text})
		}
	}
	slices.SortStableFunc(out, func(a, b order.Note) int { return b.At.Compare(a.At) })
	return out[:min(len(out), maxNotes)]
}

// tagRE are HTML's tags, of which notes may have some.
var tagRE = regexp.MustCompile(`<[^<>]{0,300}>`)

func plainNote(s string) string {
	text := strings.Join(strings.Fields(html.UnescapeString(tagRE.ReplaceAllString(s, " "))), " ")
	if runes := []rune(text); len(runes) > 500 {
		return string(runes[:500]) + " …"
	}
	return text
}

func (s *Store) from(ctx context.Context, from source, n node) ([]order.Fulfillment, error) {
	id := strconv.FormatInt(n.ID, 10)
	switch from {
	case native:
		var list []fulfillment
		if err := s.client.get(ctx, ordersPath+"/"+id+"/fulfillments", nil, &list); err != nil {
			return nil, err
		}
		return s.native(list), nil
	case official, advanced:
		route := "/wc-shipment-tracking/v3/orders/" + id + "/shipment-trackings"
		if from == advanced {
			route = "/wc-ast/v3/orders/" + id + "/shipment-trackings"
		}
		var list []tracking
		if err := s.client.get(ctx, route, nil, &list); err != nil {
			return nil, err
		}
		return shipments(list, n), nil
	}
	for _, m := range n.Meta {
		if m.Key != "_wc_shipment_tracking_items" {
			continue
		}
		var list []tracking
		if json.Unmarshal(m.Value, &list) != nil {
			return nil, nil // in a form of its own
		}
		return shipments(list, n), nil
	}
	return nil, nil
}

// fulfillment is a parcel as WooCommerce itself keeps it.
type fulfillment struct {
	ID        int64  `json:"id"`
	Status    string `json:"status"`
	Fulfilled bool   `json:"is_fulfilled"`
	Updated   moment `json:"date_updated"`
	Deleted   moment `json:"date_deleted"`
	Meta      []meta `json:"meta_data"`
}

func (s *Store) native(list []fulfillment) []order.Fulfillment {
	var out []order.Fulfillment
	for _, f := range list {
		if !f.Deleted.IsZero() {
			continue
		}
		n := node{Meta: f.Meta}
		p := order.Fulfillment{ID: strconv.FormatInt(f.ID, 10), Status: order.LabelCreated, RawStatus: f.Status, CreatedAt: f.Updated.Time}
		if f.Fulfilled {
			p.Status = order.Shipped
		}
		if number := string(n.metaText("_tracking_number")); number != "" {
			p.Tracking = []order.TrackingInfo{{Company: company(string(n.metaText("_shipment_provider"))), Number: number, URL: link(string(n.metaText("_tracking_url")))}}
		}
		for _, m := range f.Meta {
			var items []struct {
				ID       number `json:"item_id"`
				Quantity number `json:"qty"`
			}
			if m.Key == "_items" && json.Unmarshal(m.Value, &items) == nil {
				for _, i := range items {
					p.Items = append(p.Items, order.LineItem{ID: strconv.Itoa(int(i.ID)), Quantity: int(i.Quantity)})
				}
			}
		}
		out = append(out, p)
	}
	return sorted(out)
}

// tracking is a parcel as the extensions show it, by their routes or in the order's
// meta.
type tracking struct {
	ID             text `json:"tracking_id"`
	Provider       text `json:"tracking_provider"`
	CustomProvider text `json:"custom_tracking_provider"`
	Link           text `json:"tracking_link"`
	CustomLink     text `json:"custom_tracking_link"`
	Number         text `json:"tracking_number"`
	Shipped        text `json:"date_shipped"`
}

func shipments(list []tracking, n node) []order.Fulfillment {
	var out []order.Fulfillment
	for i, t := range list {
		if t.Number == "" {
			continue
		}
		id := string(t.ID)
		if id == "" {
			id = strconv.Itoa(i)
		}
		at := dayOf(string(t.Shipped))
		if at.IsZero() {
			at = latest(n.Completed, n.Modified, n.Created)
		}
		out = append(out, order.Fulfillment{
			ID: id, Status: order.Shipped, RawStatus: n.Status, CreatedAt: at,
			Tracking: []order.TrackingInfo{{Company: company(first(string(t.Provider), string(t.CustomProvider))), Number: string(t.Number), URL: link(first(string(t.Link), string(t.CustomLink)))}},
		})
	}
	return sorted(out)
}

func first(list ...string) string {
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

// dayOf reads a day, which the meta holds in seconds since 1970.
func dayOf(s string) time.Time {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 && n < 1e11 {
		return time.Unix(n, 0).UTC()
	}
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}
	}
	return at
}

// carriers are names for the extensions' keys.
var carriers = map[string]string{
	"ups": "UPS", "usps": "USPS", "fedex": "FedEx", "dhl": "DHL", "dpd": "DPD", "gls": "GLS", "hermes": "Hermes", "royal-mail": "Royal Mail", "canada-post": "Canada Post",
	"australia-post": "Australia Post", "postnl": "PostNL", "dhl-express": "DHL Express", "dhl-de": "DHL", "evri": "Evri", "other": "",
}

func company(key string) string {
	if name, ok := carriers[strings.ReplaceAll(strings.ToLower(key), "_", "-")]; ok {
		return name
	}
	return key
}

// link is an address that a customer may follow, empty for any other.
func link(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}

func sorted(list []order.Fulfillment) []order.Fulfillment {
	slices.SortStableFunc(list, func(a, b order.Fulfillment) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return list
}

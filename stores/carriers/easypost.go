package carriers

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"wismo/core/fault"
	"wismo/core/order"
)

// easypost asks EasyPost. Creating a tracker of a number and carrier that has one
// returns it, so that one request does it all and nothing is paid twice
// (docs.easypost.com/docs/trackers).
type easypost struct{}

func (easypost) base() string { return "https://api.easypost.com" }

// sign implements service: the key is the user's name, and there is no password
// (docs.easypost.com/docs/authentication).
func (easypost) sign(r *http.Request, key string) { r.SetBasicAuth(key, "") }

func (easypost) hint() string {
	return "take a production API key from EasyPost's dashboard, Account Settings, API Keys"
}

func (easypost) code(name string) string { return companyOf(name).easypost }

// epTracker is a tracker. Only what is used is read; who signed for the parcel is not.
type epTracker struct {
	Code      string     `json:"tracking_code"`
	Mode      string     `json:"mode"`
	Status    string     `json:"status"`
	Detail    string     `json:"status_detail"`
	Carrier   string     `json:"carrier"`
	URL       string     `json:"public_url"`
	Return    bool       `json:"is_return"`
	Estimated moment     `json:"est_delivery_date"`
	Details   []epDetail `json:"tracking_details"`
	More      struct {
		LocalDate moment `json:"est_delivery_date_local"`
	} `json:"carrier_detail"`
}

type epDetail struct {
	Message     string `json:"message"`
	Description string `json:"description"`
	Status      string `json:"status"`
	Detail      string `json:"status_detail"`
	At          moment `json:"datetime"`
	Location    struct {
		City    string `json:"city"`
		Country string `json:"country"`
	} `json:"tracking_location"`
}

// epRequest is the body that creates a tracker.
type epRequest struct {
	Tracker epWanted `json:"tracker"`
}

type epWanted struct {
	Code    string `json:"tracking_code"`
	Carrier string `json:"carrier,omitempty"`
}

func (easypost) track(ctx context.Context, c *client, number, code string) (order.Movement, error) {
	var t epTracker
	if err := c.call(ctx, http.MethodPost, "/v2/trackers", epRequest{epWanted{number, code}}, &t); err != nil {
		return order.Movement{}, err
	}
	if !same(t.Code, number) {
		return order.Movement{}, c.unreadable()
	}
	return t.movement(), nil
}

func (t epTracker) movement() order.Movement {
	m := order.Movement{
		Status: epStatus(t.Status, t.Detail), RawStatus: rawStatus(t.Status), URL: page(t.URL),
		EstimatedAt: first(t.More.LocalDate.day(), t.Estimated.day()),
	}
	if m.Company = nameBy(t.Carrier, func(c company) string { return c.easypost }); m.Company == "" {
		m.Company = clean(t.Carrier, maxPlace)
	}
	if t.Return && m.Status == order.Delivered {
		m.Status = order.Returning // to the shop, not to the customer
	}
	for _, d := range t.Details {
		message := d.Message
		if message == "" {
			message = d.Description
		}
		m.Events = append(m.Events, order.TrackingEvent{
			Status: epStatus(d.Status, d.Detail), At: d.At.Time, Place: place(d.Location.City, d.Location.Country), Message: clean(message, maxMessage),
		})
	}
	m.Events = newest(m.Events)
	m.DeliveredAt = deliveredAt(m)
	return m
}

// refused implements service. A code of TRACKER… is about the number, except that the
// same request is still under way, which many questions at once can do
// (docs.easypost.com/docs/errors).
func (easypost) refused(status int, raw []byte) error {
	var e struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(raw, &e) != nil || !strings.HasPrefix(e.Error.Code, "TRACKER.") {
		return nil
	}
	switch {
	case strings.Contains(e.Error.Message, "in-flight"):
		return coded(EasyPost, fault.Unavailable, "duplicate", "")
	case status == http.StatusBadRequest, status == http.StatusNotFound, status == http.StatusUnprocessableEntity:
		return coded(EasyPost, fault.NotFound, status, "")
	}
	return nil
}

// probe implements service: it lists one tracker.
func (easypost) probe(ctx context.Context, c *client) (odd, cure string, err error) {
	var list struct {
		Trackers *[]epTracker `json:"trackers"`
	}
	if err := c.call(ctx, http.MethodGet, "/v2/trackers?page_size=1", nil, &list); err != nil {
		return "", "", err
	}
	if list.Trackers == nil {
		return "", "", c.unreadable()
	}
	for _, t := range *list.Trackers {
		if t.Mode == "test" {
			return "it is a test key, which knows only EasyPost's sample numbers", easypost{}.hint(), nil
		}
	}
	return "", "", nil
}

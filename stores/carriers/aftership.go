package carriers

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"wismo/core/fault"
	"wismo/core/order"
)

// aftership asks AfterShip's Tracking API, version 2026-07. A parcel that is known
// costs one request; an unknown one a second, which registers it and answers with what
// there is. Only if somebody else registered it in between is it read once more.
type aftership struct{}

const asPath = "/tracking/2026-07/trackings"

// errExists says that a tracking is registered already (meta code 4003).
var errExists = errors.New("it is registered already")

func (aftership) base() string { return "https://api.aftership.com" }

func (aftership) sign(r *http.Request, key string) { r.Header.Set("as-api-key", key) }

func (aftership) hint() string {
	return "make an API key in AfterShip's admin, Settings, API keys, with the scopes to read and write trackings"
}

func (aftership) code(name string) string { return companyOf(name).aftership }

// asRequest is the body that registers a tracking.
type asRequest struct {
	Number string `json:"tracking_number"`
	Slug   string `json:"slug,omitempty"`
}

func (s aftership) track(ctx context.Context, c *client, number, slug string) (order.Movement, error) {
	m, found, err := s.find(ctx, c, number, slug)
	if found || err != nil {
		return m, err
	}
	var made struct {
		Data *asTracking `json:"data"`
	}
	err = c.call(ctx, http.MethodPost, asPath, asRequest{number, slug}, &made)
	switch {
	case errors.Is(err, errExists):
		if m, found, err = s.find(ctx, c, number, slug); found || err != nil {
			return m, err
		}
		return order.Movement{Status: order.StatusUnknown}, nil
	case err != nil:
		return order.Movement{}, err
	case made.Data == nil || !same(made.Data.Number, number):
		return order.Movement{}, c.unreadable()
	}
	return made.Data.movement(), nil
}

// find reads a parcel that is registered. Of several carriers' parcels with one number
// it is the wanted carrier's, else one of which something is known.
func (aftership) find(ctx context.Context, c *client, number, slug string) (order.Movement, bool, error) {
	var list struct {
		Data struct {
			Trackings *[]asTracking `json:"trackings"`
		} `json:"data"`
	}
	if err := c.call(ctx, http.MethodGet, asPath+"?"+url.Values{"tracking_numbers": {number}}.Encode(), nil, &list); err != nil {
		return order.Movement{}, false, err
	}
	if list.Data.Trackings == nil {
		return order.Movement{}, false, c.unreadable()
	}
	best, rank := asTracking{}, 0
	for _, t := range *list.Data.Trackings {
		if r := t.rank(slug); same(t.Number, number) && r > rank {
			best, rank = t, r
		}
	}
	return best.movement(), rank > 0, nil
}

// refused implements service by the code in the body, which is finer than the status.
func (aftership) refused(_ int, raw []byte) error {
	var e struct {
		Meta struct {
			Code int `json:"code"`
		} `json:"meta"`
	}
	if json.Unmarshal(raw, &e) != nil {
		return nil
	}
	switch e.Meta.Code {
	case 4003:
		return &fault.Error{Kind: fault.Invalid, Op: string(AfterShip), Err: errExists}
	case 4005, 4012: // no such number; no carrier detected
		return coded(AfterShip, fault.NotFound, e.Meta.Code, "")
	case 4010, 4011: // the carrier
		return coded(AfterShip, fault.Invalid, e.Meta.Code, "")
	}
	return nil
}

// probe implements service: it lists one tracking.
func (aftership) probe(ctx context.Context, c *client) (odd, cure string, err error) {
	var list struct {
		Data struct {
			Trackings *json.RawMessage `json:"trackings"`
		} `json:"data"`
	}
	err = c.call(ctx, http.MethodGet, asPath+"?limit=1", nil, &list)
	if err == nil && (list.Data.Trackings == nil || !strings.HasPrefix(string(*list.Data.Trackings), "[")) {
		err = c.unreadable()
	}
	return "", "", err
}

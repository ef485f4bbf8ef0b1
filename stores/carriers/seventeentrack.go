package carriers

import (
	"context"
	"net/http"
	"strconv"

	"wismo/core/fault"
	"wismo/core/order"
)

// seventeen asks 17TRACK's API v2.4. A parcel that is known costs one request. An
// unknown one is registered, which uses up one of the plan's numbers, and read again;
// what is known then is usually nothing.
type seventeen struct{}

const stPath = "/track/v2.4/"

func (seventeen) base() string { return "https://api.17track.net" }

func (seventeen) sign(r *http.Request, key string) { r.Header.Set("17token", key) }

func (seventeen) hint() string {
	return "take the access key from 17TRACK's API console, Settings, Security, and put this machine's address on the list of IPs there if there is one; a new key works after five minutes"
}

func (seventeen) code(name string) string { return companyOf(name).number() }

// refused implements service: what 17TRACK itself refuses, it refuses with 200.
func (seventeen) refused(int, []byte) error { return nil }

// stAnswer is every answer's shape.
type stAnswer struct {
	Code *int `json:"code"`
	Data struct {
		Accepted []stParcel `json:"accepted"`
		Rejected []struct {
			Number string `json:"number"`
			Error  struct {
				Code int `json:"code"`
			} `json:"error"`
		} `json:"rejected"`
		Errors []struct {
			Code int `json:"code"`
		} `json:"errors"`
		Remain *int `json:"quota_remain"`
	} `json:"data"`
}

// stWanted names a parcel in a request.
type stWanted struct {
	Number  string `json:"number"`
	Carrier int    `json:"carrier,omitempty"`
}

func (s seventeen) track(ctx context.Context, c *client, number, code string) (order.Movement, error) {
	carrier, _ := strconv.Atoi(code) // 0 if there is none
	// The carrier is named only to register: afterwards the service knows it, and
	// perhaps better.
	m, found, err := s.info(ctx, c, number)
	if found || err != nil {
		return m, err
	}
	a, err := s.post(ctx, c, "register", []stWanted{{number, carrier}})
	if err != nil {
		return order.Movement{}, err
	}
	if err := a.rejected(number); err != nil {
		return order.Movement{}, err
	}
	if m, found, err = s.info(ctx, c, number); found || err != nil {
		return m, err
	}
	return order.Movement{Status: order.StatusUnknown}, nil
}

// info reads a parcel that is registered. A rejection for any reason that is not
// known counts as not registered, which is put to the test by registering.
func (s seventeen) info(ctx context.Context, c *client, number string) (order.Movement, bool, error) {
	a, err := s.post(ctx, c, "gettrackinfo", []stWanted{{Number: number}})
	if err != nil {
		return order.Movement{}, false, err
	}
	var best *stParcel
	for _, p := range a.Data.Accepted {
		if same(p.Number, number) && (best == nil || best.silent() && !p.silent()) {
			best = &p
		}
	}
	if best != nil {
		return best.movement(), true, nil
	}
	switch err := a.rejected(number); fault.KindOf(err) {
	case fault.NotFound, fault.Throttled, fault.Permanent:
		return order.Movement{}, false, err
	}
	if a.code(number) == stNothingYet {
		return order.Movement{Status: order.StatusUnknown}, true, nil
	}
	return order.Movement{}, false, nil
}

func (s seventeen) post(ctx context.Context, c *client, name string, body any) (stAnswer, error) {
	var a stAnswer
	if err := c.call(ctx, http.MethodPost, stPath+name, body, &a); err != nil {
		return stAnswer{}, err
	}
	if a.Code == nil {
		return stAnswer{}, c.unreadable()
	}
	if len(a.Data.Accepted)+len(a.Data.Rejected) == 0 {
		return a, s.failure(a.whole())
	}
	return a, nil
}

// whole is the code of a whole answer, which may stand in either of two places.
func (a stAnswer) whole() int {
	if len(a.Data.Errors) > 0 {
		return a.Data.Errors[0].Code
	}
	return *a.Code
}

// probe implements service: it asks how many numbers are left.
func (s seventeen) probe(ctx context.Context, c *client) (odd, cure string, err error) {
	a, err := s.post(ctx, c, "getquota", struct{}{})
	if err != nil {
		return "", "", err
	}
	if a.Data.Remain != nil && *a.Data.Remain <= 0 {
		return "the plan's numbers are used up, so that new parcels cannot be followed", "buy more from 17TRACK", nil
	}
	return "", "", nil
}

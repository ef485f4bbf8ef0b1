package carrierstest

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// seventeen plays 17TRACK's API v2.4 (asset.17track.net/api/document/v2.4_en): 200 for
// everything that it understands.
func (s *Service) seventeen(r *http.Request, body []byte) (int, any, error) {
	name, ok := strings.CutPrefix(r.URL.Path, "/track/v2.4/")
	switch {
	case r.Header.Get("17token") != Key:
		return http.StatusUnauthorized, object{"code": -18010002, "data": object{"errors": []any{}}}, nil
	case !ok || r.Method != http.MethodPost:
		return http.StatusNotFound, object{}, errors.New("there is no such path")
	case name == "getquota":
		return http.StatusOK, object{"code": 0, "data": object{"quota_total": 100, "quota_used": 1, "quota_remain": 99, "today_used": 0}}, nil
	}
	var in []struct {
		Number  string `json:"number"`
		Carrier int    `json:"carrier"`
	}
	if err := read(r, body, &in); err != nil || len(in) == 0 || len(in) > 40 {
		return http.StatusOK, object{"code": -18010013, "data": object{}}, errors.New("that is no list of 1 to 40 numbers")
	}
	accepted, rejected := []any{}, []any{}
	for _, i := range in {
		code := ""
		if i.Carrier != 0 {
			code = strconv.Itoa(i.Carrier)
		}
		answer, reason := s.stOne(name, i.Number, code)
		if reason == 0 {
			accepted = append(accepted, answer)
			continue
		}
		rejected = append(rejected, object{"number": i.Number, "error": object{"code": reason, "message": "Tracking number " + i.Number + " is refused."}})
	}
	return http.StatusOK, object{"code": 0, "data": object{"accepted": accepted, "rejected": rejected}}, nil
}

// stOne answers for one number, or says by which code it is rejected.
func (s *Service) stOne(name, number, carrier string) (object, int) {
	p := s.find(number, carrier)
	switch {
	case name == "gettrackinfo" && (p == nil || !p.Registered):
		return nil, -18019902
	case name == "gettrackinfo" && p.State == Fresh:
		return nil, -18019909
	case name == "gettrackinfo":
		return object{"number": number, "carrier": 100002, "param": nil, "tag": "", "track_info": s.stInfo(p)}, 0
	case p == nil:
		return nil, -18019903
	case p.Registered:
		return nil, -18019901
	}
	p.Registered = true
	return object{"origin": 1, "number": number, "carrier": 100002, "email": nil, "tag": nil, "lang": nil}, 0
}

// stInfo is a parcel's way as far as it is read.
func (s *Service) stInfo(p *Parcel) object {
	now := s.cfg.Now().UTC()
	var events []any
	for _, e := range journey(p.State, now) {
		// The newest stands first.
		events = append([]any{object{
			"time_iso": e.at.Format("2006-01-02T15:04:05-07:00"), "time_utc": e.at.Format("2006-01-02T15:04:05Z"), "description": e.message,
			"location": "1 Example Street, " + e.city, "stage": nil, "sub_status": stSub(e.state),
			"address": object{"country": e.country, "state": nil, "city": orNull(e.city), "street": "1 Example Street", "postal_code": nil},
		}}, events...)
	}
	day := due(now).Format(time.DateOnly)
	status, _, _ := strings.Cut(stSub(p.State), "_")
	return object{
		"shipping_info": object{}, "latest_status": object{"status": status, "sub_status": stSub(p.State), "sub_status_descr": nil},
		"time_metrics": object{"estimated_delivery_date": object{"source": "Official", "from": day + "T00:00:00-05:00", "to": day + "T23:59:59-05:00"}},
		"milestone":    []any{object{"key_stage": "Delivered", "time_iso": nil, "time_utc": nil}},
		"tracking":     object{"providers": []any{object{"provider": object{"key": 100002, "name": "UPS"}, "events": events}}},
	}
}

func stSub(s State) string {
	return map[State]string{
		Fresh: "NotFound_Other", Label: "InfoReceived", InTransit: "InTransit_Other", OutForDelivery: "OutForDelivery_Other",
		Delivered: "Delivered_Other", Exception: "Exception_Lost", Returned: "Exception_Returned",
	}[s]
}

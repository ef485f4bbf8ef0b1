package carrierstest

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// aftership plays AfterShip's Tracking API 2026-07
// (www.aftership.com/docs/tracking/2026-07).
func (s *Service) aftership(r *http.Request, body []byte) (int, any, error) {
	switch {
	case r.Header.Get("as-api-key") != Key:
		return asReply(http.StatusUnauthorized, 401, nil)
	case r.URL.Path != "/tracking/2026-07/trackings":
		status, answer, _ := asReply(http.StatusNotFound, 404, nil)
		return status, answer, errors.New("there is no such path")
	case r.Method == http.MethodGet:
		return s.asList(r)
	case r.Method == http.MethodPost:
		return s.asCreate(r, body)
	}
	status, answer, _ := asReply(http.StatusMethodNotAllowed, 405, nil)
	return status, answer, errors.New("there is no such method")
}

func asReply(status, code int, data any) (int, any, error) {
	if data == nil {
		data = object{}
	}
	return status, object{"meta": object{"code": code, "message": "", "type": ""}, "data": data}, nil
}

func (s *Service) asList(r *http.Request) (int, any, error) {
	list := []any{}
	q := r.URL.Query()
	for name := range q {
		if name != "tracking_numbers" && name != "limit" {
			return http.StatusBadRequest, object{}, errors.New("there is no parameter " + name)
		}
	}
	for number := range strings.SplitSeq(q.Get("tracking_numbers"), ",") {
		if p := s.find(number, ""); p != nil && p.Registered {
			list = append(list, s.asTracking(p))
		}
	}
	return asReply(http.StatusOK, 200, object{"pagination": object{"total": len(list), "has_next_page": false}, "trackings": list})
}

func (s *Service) asCreate(r *http.Request, body []byte) (int, any, error) {
	var in struct {
		Number string `json:"tracking_number"`
		Slug   string `json:"slug"`
	}
	if err := read(r, body, &in); err != nil {
		return http.StatusBadRequest, object{}, err
	}
	p := s.find(in.Number, in.Slug)
	switch {
	case p == nil:
		return asReply(http.StatusBadRequest, 4012, object{"tracking_number": in.Number})
	case p.Registered:
		return asReply(http.StatusBadRequest, 4003, object{"tracking_number": in.Number})
	}
	p.Registered = true
	return asReply(http.StatusCreated, 201, s.asTracking(p))
}

// asTracking is a parcel as AfterShip shows it: the model "Tracking", as far as it is
// read.
func (s *Service) asTracking(p *Parcel) object {
	now := s.cfg.Now().UTC()
	points := []any{}
	for _, e := range journey(p.State, now) {
		points = append(points, object{
			"checkpoint_time": e.at.Format("2006-01-02T15:04:05-07:00"), "city": orNull(e.city), "country_region": "USA", "country_region_name": e.country,
			"location": "1 Example Street", "message": e.message, "tag": asTag(e.state), "subtag": asSubtag(e.state), "slug": "ups",
		})
	}
	var estimate any
	if p.State != Fresh {
		estimate = object{"estimated_delivery_date": due(now).Format(time.DateOnly), "confidence_code": nil}
	}
	return object{
		"id": "t1", "tracking_number": p.Number, "slug": "ups", "tag": asTag(p.State), "subtag": asSubtag(p.State), "subtag_message": "", "title": p.Number,
		"courier_tracking_link": "https://www.ups.com/track?tracknum=" + p.Number, "aftership_tracking_url": "https://track.example.com/" + p.Number,
		"courier_estimated_delivery_date": estimate, "shipment_delivery_date": nil, "checkpoints": points, "signed_by": "A NAME",
	}
}

func asTag(s State) string {
	tag, _, _ := strings.Cut(asSubtag(s), "_")
	return tag
}

func asSubtag(s State) string {
	return map[State]string{
		Fresh: "Pending_001", Label: "InfoReceived_001", InTransit: "InTransit_001", OutForDelivery: "OutForDelivery_001",
		Delivered: "Delivered_001", Exception: "Exception_013", Returned: "Exception_011",
	}[s]
}

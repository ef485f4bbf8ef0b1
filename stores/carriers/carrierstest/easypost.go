package carrierstest

import (
	"errors"
	"net/http"
	"time"
)

// easypost plays EasyPost (docs.easypost.com/docs/trackers).
func (s *Service) easypost(r *http.Request, body []byte) (int, any, error) {
	user, password, ok := r.BasicAuth()
	switch {
	case !ok || user != Key || password != "":
		return http.StatusUnauthorized, epError("APIKEY.INACTIVE"), nil
	case r.URL.Path != "/v2/trackers":
		return http.StatusNotFound, epError("NOT_FOUND"), errors.New("there is no such path")
	case r.Method == http.MethodGet:
		return http.StatusOK, object{"trackers": []any{}, "has_more": false}, nil
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, epError("METHOD"), errors.New("there is no such method")
	}
	var in struct {
		Tracker struct {
			Code    string `json:"tracking_code"`
			Carrier string `json:"carrier"`
		} `json:"tracker"`
	}
	if err := read(r, body, &in); err != nil {
		return http.StatusBadRequest, epError("PARAMETER.INVALID"), err
	}
	p := s.find(in.Tracker.Code, in.Tracker.Carrier)
	if p == nil {
		return http.StatusUnprocessableEntity, epError("TRACKER.NO_CARRIER_FOR_CODE"), nil
	}
	p.Registered = true
	return http.StatusCreated, s.tracker(p), nil
}

func epError(code string) object {
	return object{"error": object{"code": code, "message": "it cannot be tracked", "errors": []any{}}}
}

// tracker is a parcel with the fields that EasyPost's own sample has.
func (s *Service) tracker(p *Parcel) object {
	now := s.cfg.Now().UTC()
	details := []any{}
	for _, e := range journey(p.State, now) {
		details = append(details, object{
			"carrier_code": "", "datetime": e.at.Format(time.RFC3339), "description": "", "message": e.message, "object": "TrackingDetail",
			"source": "UPS", "status": epState(e.state), "status_detail": "status_update",
			"tracking_location": object{"city": orNull(e.city), "country": e.country, "object": "TrackingLocation", "state": nil, "zip": "10001"},
		})
	}
	var estimate any
	if p.State != Fresh {
		estimate = due(now).Format(time.DateOnly) + "T00:00:00Z"
	}
	return object{
		"carrier": "UPS", "carrier_detail": object{
			"alternate_identifier": nil, "container_type": nil, "destination_location": "BROOKLYN NY, 11201", "destination_tracking_location": nil,
			"est_delivery_date_local": nil, "est_delivery_time_local": nil, "guaranteed_delivery_date": nil, "initial_delivery_attempt": nil,
			"object": "CarrierDetail", "origin_location": "", "origin_tracking_location": nil, "service": "UPS Ground",
		},
		"created_at": now.Format(time.RFC3339), "est_delivery_date": estimate, "finalized": true, "id": "trk_1", "is_return": false, "mode": "production",
		"object": "Tracker", "public_url": "https://track.easypost.com/abc", "shipment_id": nil, "signed_by": "A NAME", "status": epState(p.State),
		"status_detail": "status_update", "tracking_code": p.Number, "tracking_details": details, "updated_at": now.Format(time.RFC3339), "weight": nil,
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func epState(s State) string {
	return map[State]string{
		Label: "pre_transit", InTransit: "in_transit", OutForDelivery: "out_for_delivery", Delivered: "delivered",
		Exception: "failure", Returned: "return_to_sender", Fresh: "unknown",
	}[s]
}

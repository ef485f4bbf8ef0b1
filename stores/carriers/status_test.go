package carriers

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wismo/core/contract"
	"wismo/core/order"
)

// word is a service's status with what says more of it.
type word struct{ status, detail string }

func easypostWords() map[word]order.FulfillmentStatus {
	return map[word]order.FulfillmentStatus{
		{"unknown", ""}: order.StatusUnknown, {"pre_transit", "label_created"}: order.LabelCreated, {"in_transit", "arrived_at_facility"}: order.InTransit,
		{"out_for_delivery", ""}: order.OutForDelivery, {"delivered", ""}: order.Delivered, {"available_for_pickup", ""}: order.ReadyForPickup,
		{"return_to_sender", ""}: order.Returning, {"failure", ""}: order.Failure, {"cancelled", ""}: order.Cancelled, {"canceled", ""}: order.Cancelled,
		{"error", ""}: order.StatusUnknown, {"in_transit", "status_update"}: order.InTransit, {"in_transit", "weather_delay"}: order.Delayed,
		{"in_transit", "delayed"}: order.Delayed, {"delivered", "delayed"}: order.Delivered, {"teleported", ""}: order.StatusUnknown, {"", ""}: order.StatusUnknown,
	}
}

func aftershipWords() map[word]order.FulfillmentStatus {
	return map[word]order.FulfillmentStatus{
		{"Pending", "Pending_001"}: order.StatusUnknown, {"InfoReceived", "InfoReceived_001"}: order.LabelCreated, {"InTransit", "InTransit_007"}: order.InTransit,
		{"OutForDelivery", "OutForDelivery_001"}: order.OutForDelivery, {"OutForDelivery", "OutForDelivery_003"}: order.InTransit, {"OutForDelivery", "OutForDelivery_004"}: order.InTransit,
		{"AttemptFail", "AttemptFail_002"}: order.AttemptedDelivery, {"Delivered", "Delivered_001"}: order.Delivered, {"Delivered", "Delivered_002"}: order.PickedUp,
		{"Delivered", "Delivered_005"}: order.Delivered, {"AvailableForPickup", "AvailableForPickup_001"}: order.ReadyForPickup, {"Expired", "Expired_001"}: order.StatusUnknown,
		{"Exception", "Exception_001"}: order.Failure, {"Exception", "Exception_002"}: order.Failure, {"Exception", "Exception_003"}: order.NotDelivered,
		{"Exception", "Exception_004"}: order.Delayed, {"Exception", "Exception_005"}: order.Delayed, {"Exception", "Exception_006"}: order.Failure,
		{"Exception", "Exception_007"}: order.Failure, {"Exception", "Exception_008"}: order.NotDelivered, {"Exception", "Exception_009"}: order.Failure,
		{"Exception", "Exception_010"}: order.Returning, {"Exception", "Exception_011"}: order.Returning, {"Exception", "Exception_012"}: order.Failure,
		{"Exception", "Exception_013"}: order.Failure, {"Exception", "Exception_099"}: order.Failure, {"Exception", ""}: order.Failure,
		{"Teleported", "Teleported_001"}: order.StatusUnknown, {"", ""}: order.StatusUnknown,
	}
}

func seventeenWords() map[word]order.FulfillmentStatus {
	return map[word]order.FulfillmentStatus{
		{"NotFound", "NotFound_Other"}: order.StatusUnknown, {"NotFound", "NotFound_InvalidCode"}: order.StatusUnknown, {"InfoReceived", "InfoReceived"}: order.LabelCreated,
		{"InTransit", "InTransit_PickedUp"}: order.InTransit, {"InTransit", "InTransit_CustomsProcessing"}: order.InTransit, {"Expired", "Expired_Other"}: order.InTransit,
		{"AvailableForPickup", "AvailableForPickup_Other"}: order.ReadyForPickup, {"OutForDelivery", "OutForDelivery_Other"}: order.OutForDelivery,
		{"DeliveryFailure", "DeliveryFailure_Other"}: order.AttemptedDelivery, {"DeliveryFailure", "DeliveryFailure_NoBody"}: order.AttemptedDelivery,
		{"DeliveryFailure", "DeliveryFailure_Rejected"}: order.NotDelivered, {"DeliveryFailure", "DeliveryFailure_InvalidAddress"}: order.Failure,
		{"DeliveryFailure", "DeliveryFailure_Security"}: order.Failure, {"Delivered", "Delivered_Other"}: order.Delivered,
		{"Exception", "Exception_Other"}: order.Failure, {"Exception", "Exception_Returning"}: order.Returning, {"Exception", "Exception_Returned"}: order.Returning,
		{"Exception", "Exception_Rejected"}: order.NotDelivered, {"Exception", "Exception_Lost"}: order.Failure, {"Exception", "Exception_Damage"}: order.Failure,
		{"Exception", "Exception_Destroyed"}: order.Failure, {"Exception", "Exception_Security"}: order.Failure, {"Exception", "Exception_NoBody"}: order.Failure,
		{"Exception", "Exception_Delayed"}: order.Delayed, {"Exception", "Exception_Cancel"}: order.Cancelled,
		{"", "OutForDelivery_Other"}: order.OutForDelivery, {"Departure", ""}: order.InTransit, {"Returning", ""}: order.Returning,
		{"Teleported", ""}: order.StatusUnknown, {"", ""}: order.StatusUnknown,
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		words map[word]order.FulfillmentStatus
		of    func(status, detail string) order.FulfillmentStatus
	}{
		"easypost": {easypostWords(), epStatus}, "aftership": {aftershipWords(), asStatus}, "17track": {seventeenWords(), stStatus},
	} {
		for w, want := range c.words {
			if got := c.of(w.status, w.detail); got != want {
				t.Errorf("%s: %s %s is %s, want %s", name, w.status, w.detail, got, want)
			}
		}
	}
}

// Every word of the vocabularies has been thought of.
func TestVocabularies(t *testing.T) {
	t.Parallel()
	dir, err := contract.Folder("tracking")
	if err != nil {
		t.Logf("SKIPPED: the vocabularies are not read: %v", err)
		return
	}
	raw, err := os.ReadFile(filepath.Join(dir, "status_vocabularies.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		EasyPost struct {
			Status  []string          `json:"tracker.status"`
			Codes   map[string]string `json:"test_codes"`
			Details []string          `json:"status_detail_seen"`
		}
		AfterShip      struct{ Tag []string }
		SeventeenTrack struct {
			Status []string
			Sub    []string `json:"sub_status_seen"`
		} `json:"17track"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	for _, s := range v.EasyPost.Codes {
		v.EasyPost.Status = append(v.EasyPost.Status, s)
	}
	covered(t, easypostWords(), v.EasyPost.Status, v.EasyPost.Details)
	covered(t, aftershipWords(), v.AfterShip.Tag, nil)
	covered(t, seventeenWords(), v.SeventeenTrack.Status, v.SeventeenTrack.Sub)
}

func covered(t *testing.T, words map[word]order.FulfillmentStatus, statuses, details []string) {
	t.Helper()
	var haveStatus, haveDetail []string
	for w := range words {
		haveStatus, haveDetail = append(haveStatus, w.status), append(haveDetail, w.detail)
	}
	if len(statuses) == 0 {
		t.Error("the vocabulary is empty")
	}
	for _, s := range statuses {
		if !slices.Contains(haveStatus, s) {
			t.Errorf("status %s is not mapped", s)
		}
	}
	for _, d := range details {
		if !slices.Contains(haveDetail, d) {
			t.Errorf("detail %s is not mapped", d)
		}
	}
}

#!/bin/bash
# A volume grows as with a CSI driver: the claim goes through its phases, and the pod sees the larger file system.
. "$(dirname "$0")/lib.sh"

CLAIM=data-kafka-0
claim() { kubectl -n $NAMESPACE get pvc $CLAIM -o "jsonpath={$1}"; }
claim_has() { [ "$(claim .status.capacity.storage)" = "$1" ]; }
reasons() { kubectl -n $NAMESPACE get events --field-selector "involvedObject.name=$CLAIM" -o json | jq -r '.items[].reason'; }
mebibytes() { kubectl -n $NAMESPACE exec kafka-0 -- df -BM --output=size /var/lib/kafka | tail -n 1 | tr -d ' M'; }

before=$(claim .status.capacity.storage)
uid=$(kubectl -n $NAMESPACE get pod kafka-0 -o 'jsonpath={.metadata.uid}')
is "the pod has as much as the claim" "$(mebibytes)Mi" "$((${before%Gi} * 1024))Mi"
check "the claim asks for more" \
	kubectl -n $NAMESPACE patch pvc $CLAIM -p '{"spec":{"resources":{"requests":{"storage":"2560Mi"}}}}'
check_within "the claim has it" 60 claim_has 2560Mi
is "… and so has the volume" "$(kubectl get pv "$(claim .spec.volumeName)" -o 'jsonpath={.spec.capacity.storage}')" 2560Mi
is "… and the pod" "$(mebibytes)" 2560
is "… which is the same as before" "$(kubectl -n $NAMESPACE get pod kafka-0 -o 'jsonpath={.metadata.uid}')" "$uid"
is "nothing is left to be done" "$(claim '.status.conditions[?(@.type!="Unused")].type}{.status.allocatedResourceStatuses')" ""
for reason in ExternalExpanding Resizing FileSystemResizeRequired FileSystemResizeSuccessful; do
	check_within "event $reason" 10 eval "reasons | grep -qx $reason"
done
finish

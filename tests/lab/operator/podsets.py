"""Plays Strimzi's StrimziPodSet controller: makes the pods that are missing, takes away those that are too many."""

import copy

from kube import Failure, controller_of, is_ready


def reconcile(kube):
    for pod_set in kube.list("StrimziPodSet"):
        if "deletionTimestamp" in pod_set["metadata"]:
            continue
        wanted = {pod["metadata"]["name"]: pod for pod in pod_set["spec"]["pods"]}
        selector = ",".join(f"{key}={value}" for key, value in pod_set["spec"]["selector"]["matchLabels"].items())
        there = {pod["metadata"]["name"]: pod for pod in kube.list("Pod", selector)}
        for name in wanted.keys() - there.keys():
            create(kube, pod_set, wanted[name])
        for name, pod in there.items():
            finished = pod["status"].get("phase") in ("Failed", "Succeeded")
            if (name not in wanted or finished) and "deletionTimestamp" not in pod["metadata"]:
                kube.delete("Pod", name, pod["metadata"]["uid"])
        current = [pod for name, pod in there.items() if name in wanted and revision(pod) == revision(wanted[name])]
        kube.set_status(pod_set, {"observedGeneration": pod_set["metadata"]["generation"], "pods": len(there),
                                  "currentPods": len(current), "readyPods": sum(map(is_ready, there.values()))})


def revision(pod):
    return pod["metadata"].get("annotations", {}).get("strimzi.io/revision")


def create(kube, pod_set, pod):
    pod = copy.deepcopy(pod)
    pod["metadata"]["ownerReferences"] = [controller_of(pod_set)]
    try:
        kube.request("POST", kube.path("Pod"), pod)
    except Failure as failure:
        # One of that name that is just leaving.
        if failure.code != 409:
            raise

extension PageScript {
    /// What stands under the pointer in the timeline.
    static let timeline = #"""
        const bars = byId("bars"), tip = byId("tip");
        if (bars) {
          const slots = bars.dataset.slots.split(",").map(Number), span = Number(bars.dataset.span), atRest = tip.textContent;
          let byWorker = null;
          const under = event => {
            if (!byWorker) {
              byWorker = new Map(slots.map(slot => [slot, []]));
              for (let i = 0; i < total; i++) byWorker.get(files.worker[i])?.push(i);
            }
            const box = bars.getBoundingClientRect(), place = (event.clientX - box.left) / box.width * span;
            const slot = slots[Math.min(slots.length - 1, Math.max(0, Math.floor((event.clientY - box.top) / box.height * slots.length)))];
            const near = span / box.width * 3, rank = i => isFailure(i) ? 0 : 1;
            const distance = i => Math.max(0, files.begin[i] - place, place - files.begin[i] - files.duration[i]);
            const best = byWorker.get(slot).filter(i => distance(i) <= near).sort((a, b) => rank(a) - rank(b) || distance(a) - distance(b) || files.duration[b] - files.duration[a])[0];
            return { slot, place, best };
          };
          bars.addEventListener("mousemove", event => {
            const { slot, place, best } = under(event), where = "worker " + slot + ", " + time(Math.max(0, place)) + " after the start: ";
            tip.textContent = where + (best === undefined ? "no file" : files.name[best] + ", " + outcomes[files.outcome[best]].word + ", took " + time(files.duration[best]));
          });
          bars.addEventListener("mouseleave", () => { tip.textContent = atRest; });
          bars.addEventListener("click", event => {
            const { best } = under(event);
            if (best !== undefined) show(best, null);
          });
        }
        """#
}

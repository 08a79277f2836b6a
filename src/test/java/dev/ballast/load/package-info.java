/// Load on the packaged service, bounded in time and sent to this machine only.
package dev.ballast.load;
